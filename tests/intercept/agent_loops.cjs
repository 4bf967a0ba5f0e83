// Loops of three by clients of Node: openai's own on chat completions, the AI SDK on chat completions and responses, streamed or not.
// Each prints what was called and the last text, a line of JSON each.
const [, , base, model] = process.argv;
globalThis.AI_SDK_LOG_WARNINGS = false;
const { default: OpenAI } = require("openai");
const { createXai } = require("@ai-sdk/xai");
const { generateText, jsonSchema, stepCountIs, streamText, tool } = require("ai");

const prompt = "Bring me to the sea tomorrow.";
const place = { type: "object", properties: { place: { type: "string" } }, required: ["place"] };
const names = ["find_train", "book_seat"];
const told = (client, called, text) => console.log(JSON.stringify([client, called, text]));

async function byOpenAI() {
  const called = [];
  const tools = names.map((name) => ({
    type: "function",
    function: { name, parameters: place, parse: JSON.parse, function: ({ place }) => (called.push(`${name} ${place}`), "done") },
  }));
  const client = new OpenAI({ baseURL: base, apiKey: "any", maxRetries: 0 });
  const loop = client.chat.completions.runTools({ model, messages: [{ role: "user", content: prompt }], tools });
  told("openai", called, await loop.finalContent());
}

async function byAiSdk(endpoint, ask) {
  const called = [];
  const tools = Object.fromEntries(
    names.map((name) => [
      name,
      tool({ inputSchema: jsonSchema(place), execute: ({ place }) => (called.push(`${name} ${place}`), "done") }),
    ]),
  );
  const asked = { model: createXai({ baseURL: base, apiKey: "any" })[endpoint](model), maxRetries: 0, tools, stopWhen: stepCountIs(5), prompt };
  told(`${endpoint} by ${ask.name}`, called, await (await ask(asked)).text);
}

(async () => {
  await byOpenAI();
  for (const endpoint of ["chat", "responses"]) for (const ask of [generateText, streamText]) await byAiSdk(endpoint, ask);
})();
