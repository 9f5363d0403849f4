// Relay: its compiler takes the schema, and the queries that it writes for nodes and connections are answered.

import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TOOLS } from '../check.js';
import { here, inWorkshop, run } from '../workshop.js';

const config = {
  src: './src',
  schema: './schema.graphql',
  language: 'typescript',
  customScalarTypes: { DateTime: 'string', Decimal: 'string', BigInt: 'string', JSON: 'unknown' },
};

export default async function (check, world) {
  const texts = {};
  await check('relay-compiler: fragments, connections and refetchable nodes', () => inWorkshop(async (folder) => {
    await cp(join(here, 'samples/relay'), join(folder, 'src'), { recursive: true });
    await writeFile(join(folder, 'relay.config.json'), JSON.stringify(config));
    await run(folder, 'relay-compiler/cli.js', ['relay.config.json']);
    for (const name of ['ProductPageQuery', 'ProductPageAllQuery', 'ProductPageCategoryQuery']) {
      const written = await readFile(join(folder, `src/__generated__/${name}.graphql.ts`), 'utf8');
      texts[name] = JSON.parse(written.match(/"text": ("(?:[^"\\]|\\.)*")/)[1]);
    }
  }), TOOLS);

  await check('Relay: the page, and the next page of each list', async () => {
    const [{ id }] = (await world.ask('{ categories { id } }')).categories;
    const { products, node } = await world.ask(texts.ProductPageQuery, { category: id });
    assert.deepEqual([products.edges.length, node.__typename], [3, 'Category']);
    const more = await world.ask(texts.ProductPageAllQuery, { count: 3, cursor: products.pageInfo.endCursor });
    const ids = [...products.edges, ...more.products.edges].map(({ node }) => node.id);
    assert.equal(new Set(ids).size, 6);
    const { node: again } = await world.ask(texts.ProductPageCategoryQuery, { id, count: 2, cursor: node.products.pageInfo.endCursor });
    assert.equal(again.id, id);
  });
}
