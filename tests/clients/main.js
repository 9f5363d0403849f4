// The wire contract as clients see it: node main.js [URL...]

import { Report } from './check.js';
import { eachServer } from './servers.js';
import { World } from './world.js';
import apollo from './checks/apollo.js';
import audits from './checks/audits.js';
import batch from './checks/batch.js';
import codegen from './checks/codegen.js';
import draft from './checks/draft.js';
import http from './checks/http.js';
import relay from './checks/relay.js';
import request from './checks/request.js';
import sse from './checks/sse.js';
import urql from './checks/urql.js';
import ws from './checks/ws.js';

const report = new Report();
// thrown by a client where nobody waits for it: the checks after it are still made
process.on('uncaughtException', (error) => report.fail('a client', 'throws beside its answers', error));
await codegen(report.on('schema'));
await eachServer(process.argv.slice(2), async (server) => {
  const check = report.on(server.name);
  let world;
  await check('a customer signs up, and there are products', async () => {
    world = await World.at(server);
  });
  if (!world) return;
  const byDefault = [audits, http, request, apollo, urql, ws, sse, relay];
  for (const checks of server.opted ? [draft, batch] : byDefault) await checks(check, world);
});
// what a client keeps open must not keep this open
process.exit(report.end());
