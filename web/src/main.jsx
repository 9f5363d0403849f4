// The console: GraphiQL with the sample operations as tabs and a receipt panel below the answer.
import { useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import { getOperationAST } from 'graphql';
import { GraphiQL } from 'graphiql';
import 'graphiql/graphiql.css';
import './console.css';
import './receipt.css';
import { sampleOperations } from './operations.js';
import { mountReceipt, wanted } from './receipt.js';
import { send } from './transport.js';

const operations = sampleOperations();
let showReceipt = () => {};

// GraphiQL keeps open tabs in the browser and would show an older server's samples for ever.
function forgetTabsOfOtherSamples() {
  const samples = JSON.stringify(operations);
  if (localStorage.getItem('polystore:samples') === samples) return;
  for (const key of ['tabState', 'query', 'variables', 'headers', 'operationName']) localStorage.removeItem(`graphiql:${key}`);
  localStorage.setItem('polystore:samples', samples);
}

// An observable rather than a promise: only then does GraphiQL's stop button end the request.
const fetcher = (operation, { headers, documentAST } = {}) => ({
  subscribe(observer) {
    const introspection = operation.operationName === 'IntrospectionQuery';
    const subscription = !!documentAST && getOperationAST(documentAST, operation.operationName)?.operation === 'subscription';
    const stop = send(operation, { headers, subscription, receipt: !introspection && wanted() }, {
      ...observer,
      next(answer) {
        if (!introspection) showReceipt(operation, answer);
        observer.next(answer);
      },
      error: (reason) => observer.error(reason),
      complete: () => observer.complete(),
    });
    return { unsubscribe: stop };
  },
});

function Receipt() {
  const root = useRef(null);
  useEffect(() => {
    showReceipt = mountReceipt(root.current);
  }, []);
  return <div ref={root} />;
}

forgetTabsOfOtherSamples();
// of the first tab GraphiQL 3 takes the query and forgets the variables
const first = localStorage.getItem('graphiql:tabState') === null ? operations[0] : undefined;
createRoot(document.getElementById('console')).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={operations.length > 0 ? operations : undefined}
    variables={first?.variables ?? undefined}
    defaultEditorToolsVisibility="variables"
    shouldPersistHeaders={false}
  >
    <GraphiQL.Logo>polystore</GraphiQL.Logo>
    <GraphiQL.Footer>
      <Receipt />
    </GraphiQL.Footer>
  </GraphiQL>,
);
