// One operation to /graphql of this origin: a JSON answer, or server-sent events for a subscription.

const ENDPOINT = '/graphql';
const ANSWERS = 'application/graphql-response+json, application/json;q=0.9';

/**
 * @param operation {query, variables, operationName}
 * @param options {headers, receipt, subscription}
 * @param observer {next(answer), error(reason), complete()}
 * @returns a function that stops the operation
 */
export function send(operation, { headers = {}, receipt = false, subscription = false }, observer) {
  const stop = new AbortController();
  run(operation, { headers, receipt, subscription }, stop.signal, observer).then(
    () => observer.complete(),
    (reason) => (stop.signal.aborted ? observer.complete() : observer.error(reason)),
  );
  return () => stop.abort();
}

async function run(operation, { headers, receipt, subscription }, signal, observer) {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    signal,
    headers: {
      'Content-Type': 'application/json',
      Accept: subscription ? `text/event-stream, ${ANSWERS}` : ANSWERS,
      // no form can send it: the server can tell this page from a forged request
      'GraphQL-Require-Preflight': '1',
      ...(receipt ? { 'X-Polystore-Receipt': '1' } : {}),
      ...headers,
    },
    body: JSON.stringify(operation),
  });
  if (response.headers.get('Content-Type')?.startsWith('text/event-stream')) {
    await readEvents(response.body, observer);
    return;
  }
  const text = await response.text();
  try {
    observer.next(JSON.parse(text));
  } catch {
    throw new Error(`HTTP ${response.status}: ${text.slice(0, 500) || response.statusText}`);
  }
}

// graphql-sse, distinct connections: `event: next` with data, `event: complete`, comments as keep-alive.
async function readEvents(body, observer) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const events = (rest + value).replaceAll('\r\n', '\n').split('\n\n');
    rest = events.pop();
    for (const event of events) {
      const lines = event.split('\n');
      if (lines.includes('event: complete')) return;
      const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trim());
      if (data.length > 0) observer.next(JSON.parse(data.join('\n')));
    }
  }
}
