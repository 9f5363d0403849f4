// graphql-sse in its mode of distinct connections.

import assert from 'node:assert/strict';
import { createClient } from 'graphql-sse';
import { PRODUCT, STOCK } from '../world.js';

export default async function (check, world) {
  const { url, product, bearer } = world;

  await check('graphql-sse: a query', async () => {
    const client = createClient({ url, retryAttempts: 0 });
    const answers = [];
    for await (const answer of client.iterate({ query: PRODUCT, variables: { slug: product.slug } })) answers.push(answer);
    assert.deepEqual(answers.map(({ data }) => data.product.id), [product.id]);
  });
  await check('graphql-sse: a refused query is an answer with errors', async () => {
    const { value } = await createClient({ url, retryAttempts: 0 }).iterate({ query: '{ nope }' }).next();
    assert.equal(value.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  });
  await check('graphql-sse: headers say who asks', async () => {
    const client = createClient({ url, retryAttempts: 0, headers: { authorization: bearer } });
    assert.equal((await client.iterate({ query: '{ me { name } }' }).next()).value.data.me.name, 'Client');
  });
  await check('graphql-sse: a subscription', async () => {
    const client = createClient({ url, retryAttempts: 0 });
    const events = client.iterate({ query: STOCK, variables: { product: product.id } });
    const { value } = await world.eventAfterChanges(events.next());
    assert.equal(value.data.stockChanged.product.id, product.id);
    await events.return();
    client.dispose();
  });
  await check('server-sent events by GET', async () => {
    const place = new URL(url);
    place.search = new URLSearchParams({ query: PRODUCT, variables: JSON.stringify({ slug: product.slug }) });
    const answer = await fetch(place, { headers: { accept: 'text/event-stream' } });
    assert.match(answer.headers.get('content-type'), /^text\/event-stream/);
    const [, next, complete] = (await answer.text()).split('\n\n');
    assert.match(next, /^event: next\ndata: \{"data":\{"product":/);
    assert.match(complete, /^event: complete\ndata:/);
  });
}
