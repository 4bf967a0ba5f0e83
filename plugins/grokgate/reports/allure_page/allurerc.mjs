// How Allure shows what gates wrote. page.py says which runs there are; the labels come from reports/allure.py.

import { readFileSync } from "node:fs";

const order = JSON.parse(readFileSync(process.env.GROKGATE_REPORT, "utf-8"));
const label = (result, name) => result.labels.find((entry) => entry.name === name)?.value;

// --- whose result it is: without this, results of several providers would count as retries of one another

const environments = Object.fromEntries(
  order.runs.map((run) => [
    run.id,
    {
      name: run.name,
      variables: run.facts,
      matcher: (result) => label(result, "provider") === run.provider && label(result, "phase") === run.phase,
    },
  ]),
);

// --- who must act

const ACTS = {
  provider: "The provider must act",
  host: "Whoever wrote its host or adapter must act: it broke the protocol",
  configuration: "Whoever deploys it must act: configure it, describe it, or vouch for what no test can see",
  xAI: "xAI behaves otherwise than the plan assumes",
  cassettes: "grokgate must act: it has no answer to what the provider sent, and holds nothing against the provider",
  harness: "Not decided yet: it waits for live traffic, for a person, or for grokgate",
};
const NOBODY = {
  "waived": "Nobody must act now: somebody accepts the failure until a day",
  "attested": "Nobody must act: a person vouches for it",
  "not applicable": "Nobody must act: it does not apply to this provider or to this world",
};

const groupBy = [...(order.runs.length > 1 ? ["environment"] : []), { label: "outcome" }];
const category = (name, matches) => ({ name, matchers: [matches], groupBy, groupByMessage: false, groupEnvironments: false });

const categories = [
  { ...category(order.front, (result) => label(result, "feature") === order.front), hide: true },
  ...Object.entries(ACTS).map(([acts, name]) => category(name, (result) => label(result, "acts") === acts)),
  ...Object.entries(NOBODY).map(([outcome, name]) => category(name, (result) => label(result, "outcome") === outcome)),
  { ...category("Kept", () => true), hide: true }, // what is left; Allure would sort it by categories of its own
];

// --- the rules of the verdict, as docs/verdict.md has them: what each asks, and what the verdict is where the answer is no

const runOf = (environment) => order.runs.find((run) => run.name === environment);
const outcome = (result) => label(result, "outcome");
const required = (run, results) =>
  results.filter((result) => outcome(result) && (run.strict || label(result, "severity") === "critical"));

function rule(asks, makes, validate) {
  return {
    rule: asks,
    makes,
    message: ({ actual }) => `No, which makes the verdict ${makes}:\n${actual.join("\n")}`,
    successMessage: () => "Yes.",
    validate: async ({ trs, environment }) => {
      const { actual, found = [] } = validate(runOf(environment), trs);
      return { success: actual.length === 0, actual, testResults: found.map((result) => result.id) };
    },
  };
}

function none(...outcomes) {
  return (run, results) => {
    const found = required(run, results).filter((result) => outcomes.includes(outcome(result)));
    return { found, actual: [...new Set(found.map((result) => label(result, "story")))] };
  };
}

function whole(run, results) {
  const good = required(run, results).filter((result) => ["passed", "waived", "attested"].includes(outcome(result)));
  const nothing = good.length > 0 ? [] : ["nothing that is required was kept"];
  return { actual: run.reservations.length > 0 ? run.reservations : nothing };
}

export const RULES = [
  rule("Is every required promise kept, or its failure accepted?", "NO-GO", none("failed")),
  rule("Is everything offered that this step requires?", "NO-GO", none("not offered")),
  rule("Did the provider call xAI and nobody else?", "NO-GO", (run) => ({ actual: run.violations })),
  rule("Is every required promise decided?", "INCONCLUSIVE", none("unproven", "not run")),
  rule("Had grokgate an answer to everything, and did it not fail itself?", "INCONCLUSIVE", none("harness error")),
  rule("Was the whole step judged, by answers that count for it?", "INCONCLUSIVE", whole),
];

export default {
  name: order.name,
  output: order.output,
  historyPath: order.history,
  historyLimit: order.limit,
  environments,
  variables: order.runs.length === 1 ? order.runs[0].facts : {}, // of several, the facts are shown once one is chosen
  categories: { rules: categories },
  qualityGate: { rules: [Object.fromEntries(RULES.map(({ rule }) => [rule, true]))], use: RULES },
  hideLabels: ["epic", "parentSuite", "suite", "story", "requirement", "section", "phase", "provider", "world"],
  plugins: {
    awesome: {
      options: {
        reportName: order.name,
        reportLanguage: "en",
        singleFile: true,
        groupBy: ["feature", "promise"],
        stepTreeExpansion: "expand_failed_only",
        sections: ["charts"],
      },
    },
  },
};
