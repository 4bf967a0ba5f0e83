// Lets Allure read the results, hold each run against the rules, and write the page. `allure generate` leaves the rules out.

import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

process.env.GROKGATE_REPORT = process.argv[2];
const { AllureReport, readConfig } = await import("@allurereport/core");
const { RULES } = await import("./allurerc.mjs");

const config = await readConfig(import.meta.dirname, "allurerc.mjs");
const { default: order } = await import(process.argv[2], { with: { type: "json" } });
const report = new AllureReport(config);
const decided = {};

await report.start();
for (const run of order.runs) {
  await report.readDirectory(join(order.results, run.id));
}
for (const run of order.runs) {
  const trs = await report.store.testResultsByEnvironmentId(run.id);
  const { results } = await report.validate({ trs, environment: run.id });
  report.realtimeDispatcher.sendQualityGateResults(results);
  const broken = RULES.filter(({ rule }) => results.some((result) => result.rule === rule && !result.success));
  decided[run.id] = broken[0]?.makes ?? "GO"; // the rules stand worst first
}
await report.done();
writeFileSync(join(dirname(process.argv[2]), "rules.json"), JSON.stringify(decided));
