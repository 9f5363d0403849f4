// Runs checks one after the other, prints a line for each, and counts.

// Checks of what is not built yet. They have to fail: one that passes is to be taken off this list.
export const notYet = [];

const PATIENCE = 20_000;
// For a compiler on a busy machine.
export const TOOLS = 60_000;

export class Report {
  passed = 0;
  failed = 0;
  waiting = 0;

  // What is checked on one server; its lines begin with the server's name.
  on(server) {
    return (name, work, patience = PATIENCE) => this.#check(server, name, work, patience);
  }

  async #check(server, name, work, patience) {
    const begin = performance.now();
    let problem;
    try {
      await within(patience, work());
    } catch (error) {
      problem = error;
    }
    const took = `${Math.round(performance.now() - begin)} ms`;
    if (notYet.includes(name)) {
      if (problem) {
        this.waiting += 1;
        console.log(`  --  ${server}  ${name}: not yet (${firstLine(problem)})`);
        return;
      }
      problem = new Error('passes, and is on the list of what is not built yet: take it off');
    }
    if (problem) {
      this.fail(server, name, problem);
      return;
    }
    this.passed += 1;
    console.log(`  ok  ${server}  ${name}, ${took}`);
  }

  fail(server, name, problem) {
    this.failed += 1;
    console.log(`FAIL  ${server}  ${name}: ${told(problem)}`);
  }

  end() {
    if (this.waiting) console.log(`${this.waiting} not yet`);
    console.log(`${this.passed} passed, ${this.failed} failed`);
    return this.failed || !this.passed ? 1 : 0;
  }
}

// Fails what does not end in time.
export async function within(millis, work) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer in ${millis} ms`)), millis);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

// The first line alone: the next ones of an assertion are pictures.
const firstLine = (error) => String(error?.message ?? error).split('\n')[0];

function told(error) {
  const { message, expected, actual, code } = error ?? {};
  if (code === 'ERR_ASSERTION') return `${message}`.replaceAll('\n', ' ') + ` (${JSON.stringify(actual)}, not ${JSON.stringify(expected)})`;
  return [String(message ?? error).replaceAll(/\s+/g, ' ').trim(), error?.cause?.message].filter(Boolean).join(': ');
}
