// graphql-http's own client.

import assert from 'node:assert/strict';
import { createClient } from 'graphql-http';
import { PRODUCT } from '../world.js';

export default async function (check, { url, product }) {
  const ask = (payload) => new Promise((next, error) => createClient({ url }).subscribe(payload, { next, error, complete() {} }));

  await check('graphql-http client: a query with variables', async () => {
    const { data, errors } = await ask({ query: PRODUCT, variables: { slug: product.slug } });
    assert.equal(errors, undefined);
    assert.equal(data.product.id, product.id);
  });
  await check('graphql-http client: a refused query is its error', async () => {
    await assert.rejects(ask({ query: '{ nope }' }), (error) => error.response.status === 400);
  });
}
