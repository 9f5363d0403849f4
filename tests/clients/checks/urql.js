// urql's core.

import assert from 'node:assert/strict';
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { PASSWORD, PRODUCT, STOCK, newEmail } from '../world.js';

export default async function (check, world) {
  const { url, product } = world;
  const socket = createClient({ url: world.socket, webSocketImpl: WebSocket, retryAttempts: 0 });
  const forwarded = subscriptionExchange({
    forwardSubscription: ({ query, variables }) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
    }),
  });
  const client = new Client({ url, preferGetMethod: false, exchanges: [cacheExchange, fetchExchange, forwarded] });

  await check('urql: a query', async () => {
    const { data, error } = await client.query(PRODUCT, { slug: product.slug }).toPromise();
    assert.equal(error, undefined);
    assert.equal(data.product.name, product.name);
  });
  await check('urql: a query by GET', async () => {
    const get = new Client({ url, preferGetMethod: 'force', exchanges: [fetchExchange] });
    assert.equal((await get.query(PRODUCT, { slug: product.slug }).toPromise()).data.product.id, product.id);
  });
  await check('urql: a refused query is a GraphQL error', async () => {
    const { error } = await client.query('{ nope }').toPromise();
    assert.equal(error.networkError, undefined);
    assert.equal(error.graphQLErrors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  });
  await check('urql: a mutation', async () => {
    const mutation = 'mutation($input: SignUpData!) { signUp(input: $input) { customer { email } } }';
    const input = { email: newEmail(), name: 'Urql', password: PASSWORD };
    assert.equal((await client.mutation(mutation, { input }).toPromise()).data.signUp.customer.email, input.email);
  });
  await check('urql: a subscription', async () => {
    const event = new Promise((next) => client.subscription(STOCK, { product: product.id }).subscribe(next));
    const { data, error } = await world.eventAfterChanges(event);
    assert.equal(error, undefined);
    assert.equal(data.stockChanged.product.id, product.id);
  });
  await socket.dispose();
}
