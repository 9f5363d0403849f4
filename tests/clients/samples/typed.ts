// Uses what graphql-codegen wrote. The compiler refuses it if one of the wrong lines below is right.

import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { CatalogueDocument, PlaceOrderDocument, StockDocument, type CatalogueQuery } from './operations.js';

declare function ask<Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data>;

export async function names(): Promise<string[]> {
  const data: CatalogueQuery = await ask(CatalogueDocument, { first: 2, where: { inStock: true } });
  // what another store may have to answer can be null
  return data.products?.edges.map(({ node }) => node.name) ?? [];
}

export async function buy(productId: string): Promise<string | undefined> {
  const { placeOrder } = await ask(PlaceOrderDocument, { order: { items: [{ productId, quantity: 1 }] }, key: 'k' });
  return placeOrder?.order?.total.amount;
}

export async function mistakes(): Promise<void> {
  // @ts-expect-error a number is meant
  await ask(CatalogueDocument, { first: 'two' });
  // @ts-expect-error there is no such argument
  await ask(CatalogueDocument, { many: 2 });
  // @ts-expect-error the product has to be named
  await ask(StockDocument, {});
  const data = await ask(CatalogueDocument, {});
  // @ts-expect-error it can be null
  data.products.edges;
  // @ts-expect-error it was not asked for
  data.products?.edges[0]?.node.description;
}
