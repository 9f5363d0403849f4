// A page with two lists that Relay turns by itself: one of the root, one of a node.

import { graphql } from 'react-relay';

export const query = graphql`
  query ProductPageQuery($category: ID!) {
    ...ProductPage_all
    node(id: $category) {
      ...ProductPage_category @alias(as: "category")
    }
  }
`;

export const all = graphql`
  fragment ProductPage_all on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" })
  @refetchable(queryName: "ProductPageAllQuery") {
    products(first: $count, after: $cursor) @connection(key: "ProductPage_products") {
      edges {
        node {
          id
          ...ProductPage_product
        }
      }
    }
  }
`;

export const category = graphql`
  fragment ProductPage_category on Category
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" })
  @refetchable(queryName: "ProductPageCategoryQuery") {
    name
    products(first: $count, after: $cursor) @connection(key: "ProductPageCategory_products") {
      edges {
        node {
          ...ProductPage_product
        }
      }
    }
  }
`;

export const product = graphql`
  fragment ProductPage_product on Product {
    name
    price {
      amount
      currency
    }
    articles(first: 1) {
      nodes {
        title
        publishedAt
      }
    }
  }
`;
