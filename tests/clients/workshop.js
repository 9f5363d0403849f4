// A folder for tools that generate code: the schema is there, and the packages of this project can be imported.

import { copyFile, mkdtemp, rm, symlink } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const here = import.meta.dirname;
export const graphql = resolve(here, '../../graphql');

export async function inWorkshop(use) {
  const folder = await mkdtemp(join(tmpdir(), 'polystore-generated-'));
  try {
    await symlink(join(here, 'node_modules'), join(folder, 'node_modules'));
    await copyFile(join(graphql, 'schema.graphql'), join(folder, 'schema.graphql'));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// Runs the program of a package; what it says is in the error if it fails.
export function run(folder, script, args) {
  return new Promise((done, fail) => {
    execFile(process.execPath, [join(here, 'node_modules', script), ...args], { cwd: folder }, (error, out, err) => {
      if (error) fail(new Error(`${script} ${args.join(' ')}: ${out}${err}`.replaceAll('\n', ' ').slice(0, 2000)));
      else done(out);
    });
  });
}
