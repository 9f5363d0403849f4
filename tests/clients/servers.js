// Starts the real program: on the embedded stores with the demo shop, and on real stores where TEST_*_URL name them.

import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { within } from './check.js';

const START = 60_000;
const STOP = 15_000;
const root = resolve(import.meta.dirname, '../..');
const program = process.env.POLYSTORE_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'debug/polystore');

// A server of its own on a free port; `use` gets its name and URL, and whether its operator opted into what is off by default.
async function served(name, variables, use, opted = false) {
  const folder = await mkdtemp(join(tmpdir(), 'polystore-clients-'));
  // nothing of whoever runs this
  const env = { PATH: process.env.PATH, POLYSTORE_LISTEN: '127.0.0.1:0', POLYSTORE_LOG: 'warn', ...variables };
  const run = (args) => spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    if (variables.DATABASE_URL) {
      for (const args of [['migrate'], ['seed', '--scale', '0.02']]) {
        const child = run(args);
        child.stdout.resume();
        const [code] = await within(START, once(child, 'exit'));
        if (code !== 0) throw new Error(`polystore ${args.join(' ')} ended with ${code}`);
      }
    }
    const child = run(['serve']);
    const ended = once(child, 'exit');
    try {
      await use({ name, opted, url: await within(START, Promise.race([endpoint(child), ended.then(([code]) => Promise.reject(new Error(`the server ended with ${code}`)))])) });
    } finally {
      child.kill('SIGTERM');
      await within(STOP, ended).catch(() => child.kill('SIGKILL'));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// The address that it tells.
async function endpoint(child) {
  for await (const line of createInterface(child.stdout)) {
    const [, url] = line.match(/endpoint +(http:\S+)/) ?? [];
    if (url) {
      child.stdout.resume();
      return url;
    }
  }
  return new Promise(() => {});
}

// A fresh database of each server. Those of MongoDB and Redis cost nothing, and are left to the test's stores.
async function onRealStores(use) {
  const { TEST_DATABASE_URL: postgres, TEST_MONGODB_URL: mongodb, TEST_REDIS_URL: redis } = process.env;
  if (!postgres || !mongodb || !redis) {
    console.log('not on real stores: TEST_DATABASE_URL, TEST_MONGODB_URL and TEST_REDIS_URL are not set');
    return;
  }
  const name = `clients_${randomUUID().replaceAll('-', '').slice(0, 16)}`;
  const inDatabase = (url) => {
    const place = new URL(url);
    place.pathname = `/${name}`;
    return place.toString();
  };
  const admin = new pg.Client({ connectionString: postgres });
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${name}`);
    try {
      await served('real', {
        DATABASE_URL: inDatabase(postgres),
        MONGODB_URL: inDatabase(mongodb),
        REDIS_URL: redis,
        POLYSTORE_REDIS_PREFIX: name,
        POLYSTORE_ANONYMOUS: 'reader',
      }, use);
    } finally {
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    }
  } finally {
    await admin.end();
  }
}

// Calls `use` with each server: those that are named; or one on each wiring, and one whose operator opted into things.
export async function eachServer(urls, use) {
  for (const url of urls) await use({ name: new URL(url).host, url });
  if (urls.length) return;
  await served('embedded', {}, use);
  await served('opted', { POLYSTORE_HTTP_STATUS_PROFILE: 'draft', POLYSTORE_MAX_BATCH: '10' }, use, true);
  await onRealStores(use);
}
