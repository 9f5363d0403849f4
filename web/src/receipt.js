// The receipt panel: what the last answer cost in the stores. Plain DOM, so that both pages of the console use it.
import { budgetOf, nameOf } from './operations.js';

const STORED = 'polystore:receipt';
const NUMBERS = new Set(['Calls', 'Budget', 'Keys', 'Rows', 'Time', 'Cache hits']);

/** Whether answers are asked to carry a receipt: on until switched off, remembered by this browser. */
export const wanted = () => localStorage.getItem(STORED) !== 'off';

/**
 * Builds the panel into `root` and returns `show(operation, answer)`. Totals come first, then the calls in the order
 * in which they started, each with a bar from its start to its end.
 */
export function mountReceipt(root) {
  const summary = element('p', { className: 'receipt-summary', role: 'status' }, 'Run an operation to see what it cost in the stores.');
  const toggle = element('input', { type: 'checkbox', checked: wanted() });
  toggle.addEventListener('change', () => localStorage.setItem(STORED, toggle.checked ? 'on' : 'off'));
  const label = element('label', { className: 'receipt-toggle', title: 'Sends X-Polystore-Receipt: 1' }, toggle, ' Ask for receipts');
  const body = element('div', { className: 'receipt-body', tabIndex: 0, role: 'region', ariaLabel: 'Receipt in detail', hidden: true });
  const head = element('div', { className: 'receipt-head' }, element('h2', {}, 'Receipt'), summary, label);
  root.replaceChildren(element('section', { className: 'receipt', ariaLabel: 'Receipt' }, head, body));

  return (operation, answer) => {
    const receipt = answer?.extensions?.receipt;
    const name = nameOf(operation.query, operation.operationName);
    body.hidden = !receipt?.calls?.length;
    if (!receipt) {
      summary.textContent = wanted() ? `The answer to ${name} carried no receipt.` : 'Receipts are switched off.';
      return;
    }
    const { totals = [], calls: written = [] } = receipt;
    // a call that was still under way when the answer was sent has no end
    const latest = Math.max(1, ...written.map((call) => call.endMicros ?? call.startMicros));
    const calls = written.map((call) => ({ ...call, endMicros: call.endMicros ?? latest }));
    const whole = Math.max(1, ...calls.map((call) => call.endMicros));
    summary.textContent = calls.length
      ? `${name}: ${plural(calls.length, 'store call')}, ${plural(sum(totals, 'rows'), 'row')}, last call ended after ${time(whole)}`
      : `${name}: no store was called${sum(totals, 'cacheHits') ? `, ${plural(sum(totals, 'cacheHits'), 'cache hit')}` : ''}`;
    body.replaceChildren(totalsTable(totals, budgetOf(operation.query)), callsTable(calls, whole));
    body.hidden = totals.length === 0 && calls.length === 0;
    body.scrollTop = 0;
  };
}

function totalsTable(totals, budget) {
  const headings = ['Store', 'Calls', ...(budget ? ['Budget'] : []), 'Keys', 'Rows', 'Time', 'Cache hits'];
  const rows = totals.map((total) => {
    const allowed = budget?.[total.role] ?? 0;
    const spent = sum(totals.filter((other) => other.role === total.role), 'calls');
    const over = budget && spent > allowed;
    const limit = budget ? [cell(over ? `${allowed} (over)` : allowed, over ? 'number over' : 'number')] : [];
    const looked = (total.cacheHits ?? 0) + (total.cacheMisses ?? 0);
    const cache = looked ? `${total.cacheHits} of ${looked}` : '';
    const numbers = [total.keys, total.rows, time(total.micros), cache].map((value) => cell(value, 'number'));
    return element('tr', {}, storeCell(total), cell(total.calls, 'number'), ...limit, ...numbers);
  });
  return table('Totals by store', headings, rows);
}

function callsTable(calls, whole) {
  const inOrder = [...calls].sort((a, b) => a.startMicros - b.startMicros);
  const rows = inOrder.map((call) => {
    const spent = call.endMicros - call.startMicros;
    const bar = element('span', { className: `receipt-bar ${call.error ? 'failed' : call.role}` });
    bar.style.left = `${(100 * call.startMicros) / whole}%`;
    bar.style.width = `${(100 * spent) / whole}%`;
    const lane = element('div', { className: 'receipt-lane', title: `from ${time(call.startMicros)} to ${time(call.endMicros)}` }, bar);
    const asked = element('td', {}, element('code', {}, call.method), element('small', {}, call.path ?? ''));
    if (call.error) asked.append(element('em', {}, `failed: ${call.error}`));
    const numbers = [call.keys, call.rows, time(spent)].map((value) => cell(value, 'number'));
    return element('tr', {}, storeCell(call), asked, ...numbers, element('td', { className: 'receipt-time' }, lane));
  });
  return table('Calls in the order of their start', ['Store', 'Question, field', 'Keys', 'Rows', 'Time', `0 to ${time(whole)}`], rows);
}

function storeCell({ role, engine }) {
  const dot = element('span', { className: `receipt-dot ${role}`, ariaHidden: 'true' });
  return element('th', { scope: 'row' }, dot, role, ' ', element('small', {}, engine));
}

function table(caption, headings, rows) {
  const head = headings.map((heading) => element('th', { scope: 'col', className: NUMBERS.has(heading) ? 'number' : '' }, heading));
  return element(
    'table', {}, element('caption', {}, caption), element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows),
  );
}

const cell = (value, className = '') => element('td', { className }, String(value ?? ''));
const sum = (items, key) => items.reduce((total, item) => total + (item[key] ?? 0), 0);
const plural = (count, noun) => `${count} ${noun}${count === 1 ? '' : 's'}`;
const time = (micros) => (micros < 1000 ? `${micros} µs` : `${(micros / 1000).toFixed(micros < 10_000 ? 2 : 1)} ms`);

// Text goes in as text nodes: nothing of an answer is ever read as markup.
function element(tag, properties, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  if (properties.role) node.setAttribute('role', properties.role);
  node.append(...children);
  return node;
}
