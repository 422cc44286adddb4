// Every example of the document is sent to the real service, in the story's order, and answered as
// it says, by the schemas that it has.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ApiClient } from "./client.js";
import { startService } from "./service.js";

let service;
let client;
before(async () => {
  service = await startService();
  client = await ApiClient.read(service.origin);
});
after(() => service?.stop());

function valuesOf(operation, name) {
  return Object.fromEntries(client.parametersOf(operation)
    .filter((parameter) => parameter.examples?.[name] !== undefined)
    .map((parameter) => [parameter.name, parameter.examples[name].value]));
}

async function firstEvent(answer) {
  assert.equal(answer.headers.get("Content-Type"), "text/event-stream");
  const reader = answer.body.getReader();
  let text = "";
  while (!/^event: [^]*\n\n/m.test(text)) {
    const { done, value } = await reader.read();
    assert.ok(!done, "the watch ended");
    text += new TextDecoder().decode(value);
  }
  await reader.cancel();
  return text;
}

test("each example is answered as the document says", async () => {
  const story = client.operations
    .flatMap((operation) => operation["x-examples"].map((example) => ({ operation, ...example })))
    .sort((one, other) => one.step - other.step);
  assert.deepEqual(story.map(({ step }) => step), story.map((_, i) => i + 1), "a step has no gap");
  let token = "";
  for (const { operation, name, status } of story) {
    const what = `${operation.operationId}, ${name}`;
    const takesToken = client.parametersOf(operation).some((one) => one.name === "Consistency-Token");
    const answer = await client.send(operation, {
      values: valuesOf(operation, name),
      body: operation.requestBody?.content["application/json"].examples[name].value,
      // What the story has done so far is in the answer.
      headers: takesToken && token !== "" ? { "Consistency-Token": token } : {},
    });
    if (answer.status !== status) assert.fail(`${what}: ${answer.status} ${await answer.text()}`);
    if (operation.responses["200"]?.content?.["text/event-stream"]) {
      assert.match(await firstEvent(answer), /^event: /m, what);
      continue;
    }
    await client.readAnswer(operation, answer);
    token = answer.headers.get("Consistency-Token") ?? token;
  }
});
