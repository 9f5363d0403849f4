// GraphQL over HTTP of 2026, on a server with that profile: negotiation, parameters, and the status of each outcome.

import assert from 'node:assert/strict';

const RESPONSE = 'application/graphql-response+json';
const JSON_TYPE = 'application/json';

const query = '{ __typename }';
const two = 'query A { a: __typename } query B { b: __typename }';
const first = 'query($n: Int!) { products(first: $n) { nodes { id } } }';

// name, the body, the status
const OUTCOMES = [
  ['data', { query }, 200],
  ['data and errors', { query: '{ server { name } product(id: "x") { name } }' }, 294],
  ['no JSON', '{ "query": ', 400],
  ['a document that cannot be parsed', { query: '{' }, 400],
  ['no query', { qeury: query }, 422],
  ['a query that is no text', { query: 7 }, 422],
  ['an operationName that is no text', { query, operationName: {} }, 422],
  ['variables that are a list', { query, variables: [7] }, 422],
  ['extensions that are a text', { query, extensions: 'x' }, 422],
  ['a field that is not there', { query: '{ nope }' }, 422],
  ['several operations and no name', { query: two }, 422],
  ['an operation that is not there', { query: two, operationName: 'C' }, 422],
  ['a variable that is null and must not be', { query: first, variables: { n: null } }, 422],
  ['a variable of another type', { query: first, variables: { n: 'three' } }, 422],
];

export default async function (check, { url }) {
  const post = (body, headers = {}) => fetch(url, {
    method: 'POST',
    headers: { 'content-type': JSON_TYPE, accept: RESPONSE, ...headers },
    body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const get = (parameters, accept = RESPONSE) => fetch(`${url}?${new URLSearchParams(parameters)}`, { headers: { accept } });
  const type = (answer) => answer.headers.get('content-type');

  for (const [what, body, status] of OUTCOMES) {
    await check(`draft: ${what} is ${status}`, async () => {
      const answer = await post(body);
      assert.deepEqual([answer.status, type(answer)], [status, `${RESPONSE}; charset=utf-8`]);
      const { data, errors } = await answer.json();
      assert.deepEqual([data !== undefined, errors !== undefined], [status < 300, status !== 200]);
    });
  }

  await check('draft: who takes JSON alone has the same refusals, and JSON for successes alone', async () => {
    for (const [what, body, status] of OUTCOMES) {
      const answer = await post(body, { accept: JSON_TYPE });
      const success = status < 300;
      assert.deepEqual([answer.status, type(answer).split(';')[0]], [success ? 200 : status, success ? JSON_TYPE : RESPONSE], what);
    }
  });
  await check('draft: the media type with the highest q is taken', async () => {
    for (const [accept, expected] of [
      [`${RESPONSE}, ${JSON_TYPE};q=0.9`, RESPONSE],
      [`${JSON_TYPE}, ${RESPONSE};q=0.5`, JSON_TYPE],
      [`text/csv, ${RESPONSE};q=0.1`, RESPONSE],
    ]) assert.equal(type(await post({ query }, { accept })).split(';')[0], expected, accept);
  });
  await check('draft: a media type that is not there is 406, and no GraphQL response', async () => {
    const answer = await post({ query }, { accept: 'text/csv' });
    assert.equal(answer.status, 406);
    assert.doesNotMatch(type(answer), /graphql-response/);
  });
  await check('draft: a body without or with another type is 415', async () => {
    for (const kind of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      assert.equal((await post({ query }, { 'content-type': kind })).status, 415, kind);
    }
    const bytes = new TextEncoder().encode(JSON.stringify({ query }));
    assert.equal((await fetch(url, { method: 'POST', body: bytes })).status, 415);
  });
  await check('draft: a body that is too large is 413', async () => {
    assert.equal((await post({ query, more: ' '.repeat(1_000_000) })).status, 413);
  });
  await check('draft: null is an absent parameter in a body, and unknown names are ignored', async () => {
    const answer = await post({ query, operationName: null, variables: null, extensions: null, more: 1 });
    assert.equal(answer.status, 200);
    assert.equal((await post({ query, extensions: { any: 1 } })).status, 200);
  });
  await check('draft: a query by GET, with variables as JSON', async () => {
    const answer = await get({ query: 'query Q($n: Int!) { products(first: $n) { nodes { id } } }', operationName: 'Q', variables: '{"n":2}' });
    assert.equal((await answer.json()).data.products.nodes.length, 2);
  });
  await check('draft: an empty parameter of a GET is an absent one', async () => {
    assert.equal((await get({ query, operationName: '', variables: '', extensions: '' })).status, 200);
  });
  await check('draft: operationName=null by GET names an operation', async () => {
    assert.equal((await (await get({ query: 'query null { a: __typename } query B { b: __typename }', operationName: 'null' })).json()).data.a, 'Query');
    assert.equal((await get({ query, operationName: 'null' })).status, 422);
  });
  await check('draft: variables by GET that are no JSON are refused', async () => {
    assert.equal((await get({ query, variables: '{' })).status, 400);
    assert.equal((await get({ query, variables: '[1]' })).status, 422);
  });
  await check('draft: a mutation by GET is 405', async () => {
    const answer = await get({ query: 'mutation { __typename }' });
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST']);
  });
  await check('draft: another method is 405 and told which are taken', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const answer = await fetch(url, { method });
      assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'GET, POST'], method);
    }
  });
  await check('draft: whoever is not let in is 401', async () => {
    assert.equal((await post({ query }, { authorization: 'Bearer nobody' })).status, 401);
  });
  await check('draft: letters beyond ASCII come and go as UTF-8', async () => {
    const answer = await post({ query: '# ä€🔑\n{ product(slug: "ä€🔑") { name } }' }, { 'content-type': 'application/json; charset=utf-8' });
    assert.deepEqual(await answer.json(), { data: { product: null } });
  });
}
