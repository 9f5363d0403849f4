// The wire contract as clients see it: node main.js [URL...]

import { Report } from './check.js';
import { eachServer } from './servers.js';
import { World } from './world.js';
import apollo from './checks/apollo.js';
import audits from './checks/audits.js';
import codegen from './checks/codegen.js';
import http from './checks/http.js';
import relay from './checks/relay.js';
import request from './checks/request.js';
import sse from './checks/sse.js';
import urql from './checks/urql.js';
import ws from './checks/ws.js';

const report = new Report();
await codegen(report.on('schema'));
await eachServer(process.argv.slice(2), async (server) => {
  const check = report.on(server.name);
  const world = await World.at(server);
  for (const checks of [audits, http, request, apollo, urql, ws, sse, relay]) await checks(check, world);
});
// what a client keeps open must not keep this open
process.exit(report.end());
