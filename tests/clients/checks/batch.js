// Apollo's link for batches, on a server that takes them.

import assert from 'node:assert/strict';
import { ApolloClient, InMemoryCache, gql } from '@apollo/client';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import { PRODUCT } from '../world.js';

export default async function (check, { url, product }) {
  await check('Apollo Client: three queries in one request', async () => {
    let requests = 0;
    const counted = (...asked) => {
      requests += 1;
      return fetch(...asked);
    };
    const client = new ApolloClient({ cache: new InMemoryCache(), link: new BatchHttpLink({ uri: url, batchInterval: 20, fetch: counted }) });
    const ask = (query, variables) => client.query({ query: gql(query), variables, errorPolicy: 'all' });
    const [one, refused, three] = await Promise.all([
      ask(PRODUCT, { slug: product.slug }),
      ask('{ nope }'),
      ask('{ server { name } }'),
    ]);
    assert.equal(requests, 1);
    assert.deepEqual([one.data.product.id, three.data.server.name], [product.id, 'polystore']);
    assert.equal(refused.error.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  });
}
