// The sample operations that build.rs wrote into the page, and how much of the stores each may ask.

/** @returns {{name: string, query: string, variables: string | null}[]} */
export function sampleOperations() {
  return JSON.parse(document.getElementById('operations')?.textContent || '[]');
}

/** The budget of an operation, from its first comments: `# calls: relational=4 documents=1` is `{relational: 4, documents: 1}`. */
export function budgetOf(query) {
  const comment = /^#\s*calls:(.*)$/m.exec(query ?? '');
  if (!comment) return null;
  return Object.fromEntries([...comment[1].matchAll(/(\w+)=(\d+)/g)].map(([, role, calls]) => [role, Number(calls)]));
}

/** The name under which a receipt is shown: the chosen operation's, else the first that the text names. */
export function nameOf(query, operationName) {
  return operationName || /^\s*(?:query|mutation|subscription)\s+(\w+)/m.exec(query ?? '')?.[1] || 'the operation';
}
