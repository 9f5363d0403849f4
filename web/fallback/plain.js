// The plain console: no framework, no build; served when the binary was built without Node.
import { sampleOperations } from './operations.js';
import { mountReceipt, wanted } from './receipt.js';
import { send } from './transport.js';

const by = (id) => document.getElementById(id);
const [form, samples, query, variables, answer, stopButton] = ['form', 'samples', 'query', 'variables', 'answer', 'stop'].map(by);
const operations = sampleOperations();
const showReceipt = mountReceipt(by('receipt'));
let stop = () => {};

samples.append(...operations.map(({ name }, index) => new Option(name, index)));
samples.addEventListener('change', choose);
choose();

function choose() {
  const chosen = operations[samples.value];
  query.value = chosen?.query ?? '{ __typename }';
  variables.value = chosen?.variables ?? '';
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  stop();
  let operation;
  try {
    operation = { query: query.value, variables: variables.value.trim() ? JSON.parse(variables.value) : undefined };
  } catch (reason) {
    answer.textContent = `The variables are not JSON: ${reason.message}`;
    return;
  }
  answer.textContent = 'Running …';
  stopButton.disabled = false;
  const done = () => (stopButton.disabled = true);
  const subscription = /^\s*subscription\b/m.test(operation.query);
  stop = send(operation, { receipt: wanted(), subscription }, {
    next(result) {
      answer.textContent = JSON.stringify(result, null, 2);
      showReceipt(operation, result);
    },
    error(reason) {
      answer.textContent = reason.message;
      done();
    },
    complete: done,
  });
});

stopButton.addEventListener('click', () => stop());
for (const field of [query, variables]) {
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}
