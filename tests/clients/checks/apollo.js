// Apollo Client 4: its links, its cache, its persisted queries, its pages.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { relayStylePagination } from '@apollo/client/utilities';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { PASSWORD, PRODUCT, STOCK, newEmail } from '../world.js';

// Apollo's link looks for it when a socket fails; browsers have it, Node 20 has not
globalThis.WebSocket ??= WebSocket;

const client = (link, cache = {}) => new ApolloClient({ link, cache: new InMemoryCache(cache) });

export default async function (check, world) {
  const { url, product } = world;
  const plain = client(new HttpLink({ uri: url }));
  const variables = { slug: product.slug };

  await check('Apollo Client: a query, kept in its cache by id', async () => {
    const { data } = await plain.query({ query: gql(PRODUCT), variables });
    assert.equal(data.product.name, product.name);
    assert.equal(plain.cache.extract()[`Product:${product.id}`].name, product.name);
  });

  await check('Apollo Client: a query by GET', async () => {
    const get = client(new HttpLink({ uri: url, useGETForQueries: true }));
    assert.equal((await get.query({ query: gql(PRODUCT), variables })).data.product.id, product.id);
  });

  await check('Apollo Client: a refused query is a GraphQL error, not one of the network', async () => {
    const error = await plain.query({ query: gql('{ nope }') }).catch((error) => error);
    assert.ok(CombinedGraphQLErrors.is(error), String(error));
    assert.equal(error.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  });

  await check('Apollo Client: what failed is an error, and the rest is there', async () => {
    const { data, error } = await plain.query({ query: gql('{ server { name } product(id: "x") { name } }'), errorPolicy: 'all' });
    assert.equal(data.server.name, 'polystore');
    assert.equal(data.product, null);
    assert.deepEqual([error.errors[0].path, error.errors[0].extensions.code], [['product'], 'BAD_USER_INPUT']);
  });

  await check('Apollo Client: a mutation', async () => {
    const mutation = gql('mutation($input: SignUpData!) { signUp(input: $input) { customer { id email } userErrors { code field } } }');
    const input = { email: newEmail(), name: 'Apollo', password: PASSWORD };
    const { data } = await plain.mutate({ mutation, variables: { input } });
    assert.deepEqual([data.signUp.customer.email, data.signUp.userErrors], [input.email, []]);
    const again = await plain.mutate({ mutation, variables: { input } });
    assert.equal(again.data.signUp.userErrors.length, 1);
  });

  await check('Apollo Client: a subscription over graphql-ws', async () => {
    const socket = createClient({ url: world.socket, webSocketImpl: WebSocket, retryAttempts: 0 });
    const live = client(new GraphQLWsLink(socket));
    const event = new Promise((next, error) => {
      live.subscribe({ query: gql(STOCK), variables: { product: product.id } }).subscribe({ next, error });
    });
    const { data } = await world.eventAfterChanges(event);
    assert.equal(data.stockChanged.product.id, product.id);
    live.stop();
    await socket.dispose();
  });

  for (const method of ['POST', 'GET']) {
    await check(`Apollo Client: persisted queries over ${method}`, () => persisted(world, method));
  }

  await check('Apollo Client: relayStylePagination and fetchMore', async () => {
    const pages = client(new HttpLink({ uri: url }), { typePolicies: { Query: { fields: { products: relayStylePagination() } } } });
    const query = gql('query($after: String) { products(first: 3, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }');
    const watched = pages.watchQuery({ query });
    let seen;
    const { data } = await new Promise((next, error) => {
      seen = watched.subscribe({ next: (result) => result.loading || next(result), error });
    });
    await watched.fetchMore({ variables: { after: data.products.pageInfo.endCursor } });
    seen.unsubscribe();
    const { edges } = pages.readQuery({ query }).products;
    assert.equal(new Set(edges.map(({ node }) => node.id)).size, 6);
  });
}

// A client tries the hash alone, then hash and text; the next client needs no text.
async function persisted({ url, product }, method) {
  // nobody's before
  const text = PRODUCT.replace('Product', `P${createHash('sha256').update(url + method + Date.now()).digest('hex').slice(0, 8)}`);
  const ask = async () => {
    const sent = [];
    const listen = async (uri, options) => {
      const answer = await fetch(uri, options);
      const asked = options.method === 'GET' ? Object.fromEntries(new URL(uri).searchParams) : JSON.parse(options.body);
      sent.push({ method: options.method, text: Boolean(asked.query), status: answer.status });
      return answer;
    };
    const sha256 = (query) => createHash('sha256').update(query).digest('hex');
    const hash = new PersistedQueryLink({ sha256, useGETForHashedQueries: method === 'GET' });
    const { data } = await client(ApolloLink.from([hash, new HttpLink({ uri: url, fetch: listen })])).query({ query: gql(text), variables: { slug: product.slug } });
    assert.equal(data.product.id, product.id);
    return sent;
  };
  const first = await ask();
  assert.deepEqual(first.map(({ text }) => text), [false, true], 'the hash alone, then with the text');
  const second = await ask();
  assert.deepEqual(second, [{ method, text: false, status: 200 }], 'the hash alone is enough');
}
