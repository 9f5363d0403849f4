// graphql-codegen over the schema and the sample operations; what it writes, and a program that uses it, pass the strict compiler.

import { copyFile, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codegen } from '@graphql-codegen/core';
import * as typedDocumentNode from '@graphql-codegen/typed-document-node';
import * as typescript from '@graphql-codegen/typescript';
import * as typescriptOperations from '@graphql-codegen/typescript-operations';
import { parse } from 'graphql';
import { TOOLS } from '../check.js';
import { graphql, here, inWorkshop, run } from '../workshop.js';

const config = {
  strictScalars: true,
  scalars: { DateTime: 'string', Decimal: 'string', BigInt: 'string', JSON: 'unknown' },
  useTypeImports: true,
  enumsAsTypes: true,
};

const pluginMap = { typescript, typescriptOperations, typedDocumentNode };

async function documents(...folders) {
  const found = [];
  for (const folder of folders) {
    for (const name of (await readdir(join(graphql, folder))).filter((name) => name.endsWith('.graphql')).sort()) {
      const text = await readFile(join(graphql, folder, name), 'utf8');
      found.push({ location: `${folder}/${name}`, document: parse(text) });
    }
  }
  return found;
}

export default async function (check) {
  await check('graphql-codegen: types of schema and operations, tsc --strict', () => inWorkshop(async (folder) => {
    const schema = parse(await readFile(join(graphql, 'schema.graphql'), 'utf8'));
    const write = async (filename, documents, ...plugins) => {
      const written = await codegen({ schema, documents, filename, config, plugins: plugins.map((name) => ({ [name]: {} })), pluginMap });
      await writeFile(join(folder, filename), written);
    };
    await write('schema.ts', [], 'typescript');
    await write('operations.ts', await documents('operations', 'changes'), 'typescriptOperations', 'typedDocumentNode');
    for (const name of ['typed.ts', 'tsconfig.json']) await copyFile(join(here, 'samples', name), join(folder, name));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await run(folder, 'typescript/bin/tsc', []);
  }), TOOLS);
}
