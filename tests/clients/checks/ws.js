// graphql-ws: what its client does, and with which codes sockets are closed that break the protocol.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { PRODUCT, STOCK } from '../world.js';

const PROTOCOL = 'graphql-transport-ws';
const init = { type: 'connection_init' };
const subscribe = (id, query, variables) => ({ id, type: 'subscribe', payload: { query, variables } });

export default async function (check, world) {
  const { socket: url, product, bearer } = world;
  const open = (options) => createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, ...options });

  await check('graphql-ws: a query', async () => {
    const client = open();
    const { value } = await client.iterate({ query: PRODUCT, variables: { slug: product.slug } }).next();
    assert.equal(value.data.product.id, product.id);
    await client.dispose();
  });
  await check('graphql-ws: a refused query is an error, and the socket goes on', async () => {
    const client = open({ lazy: false });
    const refused = await client.iterate({ query: '{ nope }' }).next().catch((errors) => errors);
    assert.equal(refused[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
    assert.equal((await client.iterate({ query: '{ __typename }' }).next()).value.data.__typename, 'Query');
    await client.dispose();
  });
  await check('graphql-ws: the first message says who asks', async () => {
    const client = open({ connectionParams: { Authorization: bearer } });
    assert.equal((await client.iterate({ query: '{ me { name } }' }).next()).value.data.me.name, 'Client');
    await client.dispose();
  });
  await check('graphql-ws: a subscription', async () => {
    const client = open();
    const events = client.iterate({ query: STOCK, variables: { product: product.id } });
    const { value } = await world.eventAfterChanges(events.next());
    assert.equal(value.data.stockChanged.product.id, product.id);
    await events.return();
    await client.dispose();
  });

  const stock = (id) => subscribe(id, STOCK, { product: product.id });
  for (const [code, what, messages] of [
    [4400, 'a message of another protocol', [init, { type: 'start', id: '1' }]],
    [4401, 'subscribe before connection_ack', [stock('1')]],
    [4408, 'no connection_init', []],
    [4409, 'the id of an operation that runs', [init, stock('1'), stock('1')]],
    [4429, 'a second connection_init', [init, init]],
  ]) {
    await check(`graphql-ws: ${what} closes with ${code}`, async () => {
      const raw = new WebSocket(url, PROTOCOL);
      await once(raw, 'open');
      for (const message of messages) raw.send(JSON.stringify(message));
      const [closed] = await once(raw, 'close');
      assert.equal(closed, code);
    });
  }
  await check('graphql-ws: another subprotocol is refused', async () => {
    const raw = new WebSocket(url, 'graphql-ws');
    const [error] = await once(raw, 'error');
    assert.match(error.message, /400/);
  });
}
