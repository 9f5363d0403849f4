// The audit suite of the GraphQL over HTTP working group. What it calls SHOULD and MAY has to hold, too.

import assert from 'node:assert/strict';
import { auditServer } from 'graphql-http';

const AUDITS = 61;

export default async function (check, { url }) {
  await check(`graphql-http: ${AUDITS}/${AUDITS} audits`, async () => {
    const results = await auditServer({ url });
    const bad = results.filter(({ status }) => status !== 'ok').map(({ id, name, reason }) => `${id} ${name}: ${reason}`);
    assert.deepEqual(bad, [], `${results.length - bad.length}/${results.length} audits`);
    assert.equal(results.length, AUDITS);
  });
}
