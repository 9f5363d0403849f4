// What the checks of one server share: a customer who has signed up, and a product that they can change by buying it.

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export const newEmail = () => `client-${randomUUID()}@example.com`;
export const PASSWORD = 'correct horse battery';

export class World {
  static async at(server) {
    const world = new World();
    Object.assign(world, server, { socket: server.url.replace(/^http/, 'ws') });
    const signUp = 'mutation($input: SignUpData!) { signUp(input: $input) { session { token } userErrors { message } } }';
    const input = { email: newEmail(), name: 'Client', password: PASSWORD };
    world.token = (await world.ask(signUp, { input })).signUp.session.token;
    world.bearer = `Bearer ${world.token}`;
    const { products } = await world.ask('{ products(first: 50, where: {inStock: true}) { nodes { id slug name stock } } }');
    // the one that can be bought most often
    world.product = products.nodes.toSorted((a, b) => b.stock - a.stock)[0];
    return world;
  }

  // Without any client.
  async ask(query, variables) {
    const headers = { 'content-type': 'application/json', ...(this.bearer && { authorization: this.bearer }) };
    const answer = await fetch(this.url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    const { data, errors } = await answer.json();
    if (errors) throw new Error(errors[0].message);
    return data;
  }

  // Changes the stock of the product.
  async buy() {
    const order = 'mutation($input: PlaceOrderData!, $key: String) { placeOrder(input: $input, idempotencyKey: $key) { userErrors { message } } }';
    const input = { items: [{ productId: this.product.id, quantity: 1 }] };
    const { placeOrder } = await this.ask(order, { input, key: randomUUID() });
    if (placeOrder.userErrors.length) throw new Error(placeOrder.userErrors[0].message);
  }

  // The first event of a subscription. Nothing acknowledges that one has begun: changes are made until it tells of one.
  async eventAfterChanges(event) {
    let told = false;
    const seen = event.finally(() => {
      told = true;
    });
    // it may fail before it is awaited
    seen.catch(() => {});
    while (!told) {
      await Promise.race([seen, sleep(300)]);
      if (!told) await this.buy();
    }
    return seen;
  }
}

export const STOCK = 'subscription Stock($product: ID!) { stockChanged(productId: $product) { resync product { id name stock } } }';
export const PRODUCT = 'query Product($slug: String!) { product(slug: $slug) { id name price { amount currency } } }';
