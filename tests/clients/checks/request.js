// graphql-request.

import assert from 'node:assert/strict';
import { ClientError, GraphQLClient, gql, request } from 'graphql-request';
import { PRODUCT } from '../world.js';

export default async function (check, { url, product, bearer }) {
  await check('graphql-request: a query with variables', async () => {
    const data = await request(url, gql`${PRODUCT}`, { slug: product.slug });
    assert.equal(data.product.name, product.name);
  });
  await check('graphql-request: a query by GET', async () => {
    const client = new GraphQLClient(url, { method: 'GET', jsonSerializer: JSON });
    assert.equal((await client.request(PRODUCT, { slug: product.slug })).product.id, product.id);
  });
  await check('graphql-request: headers say who asks', async () => {
    const client = new GraphQLClient(url, { headers: { authorization: bearer } });
    assert.equal((await client.request('{ me { name } }')).me.name, 'Client');
  });
  await check('graphql-request: errors come with code and request id', async () => {
    const refused = await request(url, '{ nope }').catch((error) => error);
    assert.ok(refused instanceof ClientError, String(refused));
    const [{ extensions }] = refused.response.errors;
    assert.equal(extensions.code, 'GRAPHQL_VALIDATION_FAILED');
    assert.equal(extensions.requestId, refused.response.headers.get('x-request-id'));
  });
}
