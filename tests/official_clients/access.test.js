// Users and access control through the official clients, over TLS: they send credentials in no
// other way. Neither has calls of its own for users, so that those are the two that a node makes.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

import { libraryUnderTest } from "./clients.js";
import { collect, Delivered, freshName, numbered, numbersOf } from "./helpers.js";
import { startServer } from "./server.js";

/// An authority and a certificate for localhost that it has signed, in `folder`.
function certify(folder) {
  const file = (name) => join(folder, name);
  const request = (name, subject, ...more) =>
    execFileSync(
      "openssl",
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-days", "2",
       "-keyout", file(`${name}.key`), "-out", file(`${name}.pem`), "-subj", `/CN=${subject}`, ...more],
      { stdio: "pipe" },
    );
  request("ca", "Test authority");
  request("node", "localhost", "-CA", file("ca.pem"), "-CAkey", file("ca.key"),
          "-addext", "basicConstraints=CA:FALSE", "-addext", "subjectAltName=DNS:localhost");
  chmodSync(file("node.key"), 0o600);
  return { authority: file("ca.pem"), certificate: file("node.pem"), key: file("node.key") };
}

const { name, api, connectOverTls, expecting } = libraryUnderTest();
const folder = mkdtempSync(join(tmpdir(), "access-"));
const { authority, certificate, key } = certify(folder);
const server = await startServer({ flags: ["--store-users", "--tls-cert", certificate, "--tls-key", key] });
const as = (caller) => connectOverTls(caller, server, authority);
const admin = as("admin:changeit@");
const ops = as("ops:changeit@");
const stranger = as("");

const denied = (promise) => assert.rejects(promise, api.AccessDeniedError);
const read = (client, stream, options) => collect(client.readStream(stream, options));
const append = (client, stream, count = 1, options = {}) =>
  client.appendToStream(stream, numbered(api, count), { ...expecting(api.ANY), ...options });

describe(name, () => {
  after(async () => {
    await Promise.all([admin, ops, stranger].map((client) => client.dispose()));
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it("a user appends, reads, subscribes and deletes", async () => {
    const stream = freshName("own");
    await append(ops, stream, 2);
    assert.deepEqual(numbersOf(await read(ops, stream)), [0, 1]);
    const delivered = new Delivered(ops.subscribeToStream(stream));
    assert.deepEqual(numbersOf(await delivered.take(2)), [0, 1]);
    await delivered.subscription.unsubscribe();
    await ops.deleteStream(stream);
    await assert.rejects(read(ops, stream), api.StreamNotFoundError);
  });

  it("a wrong password is denied, in the connection string and of one call", async () => {
    const wrong = as("admin:guess@");
    await denied(append(wrong, freshName("s")));
    await denied(read(wrong, freshName("s")));
    await wrong.dispose();
    await denied(append(admin, freshName("s"), 1, { credentials: { username: "admin", password: "guess" } }));
  });

  it("a caller without credentials is denied", async () => {
    const stream = freshName("s");
    await append(ops, stream);
    await denied(append(stranger, stream));
    await denied(read(stranger, stream));
    await denied(stranger.deleteStream(stream));
    assert.ok((await new Delivered(stranger.subscribeToStream(stream)).untilError()) instanceof api.AccessDeniedError);
  });

  it("one call may be another user's", async () => {
    const stream = freshName("$system");
    await denied(append(ops, stream));
    await append(ops, stream, 1, { credentials: { username: "admin", password: "changeit" } });
    assert.equal((await read(admin, stream)).length, 1);
    await denied(read(ops, stream));
  });

  it("a stream's list says who may do what with it", async () => {
    const stream = freshName("closed");
    await append(ops, stream);
    await admin.setStreamMetadata(stream, { acl: { readRoles: ["$admins"], writeRoles: ["$admins"], deleteRoles: ["$admins"] } });
    await denied(read(ops, stream));
    await denied(append(ops, stream));
    await denied(ops.deleteStream(stream));
    await denied(ops.tombstoneStream(stream));
    assert.equal((await read(admin, stream)).length, 1);
    await append(admin, stream);

    await admin.setStreamMetadata(stream, { acl: { readRoles: ["ops"] } });
    assert.equal((await read(ops, stream)).length, 2);
    await append(ops, stream);
  });

  it("a list of metadata says who may read and write it", async () => {
    const stream = freshName("metadata");
    await admin.setStreamMetadata(stream, { acl: { metaReadRoles: ["$admins"], metaWriteRoles: ["$admins"] } });
    await denied(ops.getStreamMetadata(stream));
    await denied(ops.setStreamMetadata(stream, {}));
    assert.ok((await admin.getStreamMetadata(stream)).metadata);
  });

  it("all streams are read by administrators", async () => {
    await append(ops, freshName("s"));
    assert.ok((await collect(admin.readAll({ maxCount: 1 }))).length > 0);
    await denied(collect(ops.readAll({ maxCount: 1 })));
    assert.ok((await new Delivered(ops.subscribeToAll()).untilError()) instanceof api.AccessDeniedError);
  });

  it("a category is read by those who may read its streams, and what is closed stays closed", async () => {
    const category = freshName("c").replaceAll("-", "");
    await append(ops, `${category}-open`);
    await append(ops, `${category}-closed`);
    await admin.setStreamMetadata(`${category}-closed`, { acl: { readRoles: ["$admins"] } });
    const targets = async (client) =>
      (await read(client, `$ce-${category}`, { resolveLinkTos: true })).map(({ event }) => event?.streamId);
    assert.deepEqual(await targets(admin), [`${category}-open`, `${category}-closed`]);
    assert.deepEqual(await targets(ops), [`${category}-open`, undefined]);
    await denied(read(stranger, `$ce-${category}`));
  });

  it("groups are made by operators, and consumed by those who may read the stream", async () => {
    const { persistentSubscriptionToStreamSettingsFromDefaults: settings, START } = api;
    const stream = freshName("ps");
    await append(ops, stream, 2);
    await denied(stranger.createPersistentSubscriptionToStream(stream, "g", settings({ startFrom: START })));
    await ops.createPersistentSubscriptionToStream(stream, "g", settings({ startFrom: START }));
    const delivered = new Delivered(ops.subscribeToPersistentSubscriptionToStream(stream, "g"));
    assert.deepEqual(numbersOf(await delivered.take(2)), [0, 1]);
    const info = await ops.getPersistentSubscriptionToStreamInfo(stream, "g");
    assert.equal(info.connections[0].username, "ops");
    await delivered.subscription.unsubscribe();

    await admin.setStreamMetadata(stream, { acl: { readRoles: ["$admins"] } });
    const refused = new Delivered(ops.subscribeToPersistentSubscriptionToStream(stream, "g"));
    assert.ok((await refused.untilError()) instanceof api.AccessDeniedError);
    await denied(stranger.listAllPersistentSubscriptions());
    assert.ok((await ops.listAllPersistentSubscriptions()).length > 0);
    await ops.deletePersistentSubscriptionToStream(stream, "g");
  });

  it("projections are any user's to see, and nobody's who is none", async () => {
    assert.equal((await ops.listProjections()).length, 5);
    await ops.disableProjection("$streams");
    await ops.enableProjection("$streams");
    await denied(stranger.listProjections());
    await denied(stranger.disableProjection("$streams"));
  });

  // Last: when such a client is disposed of, a read by another one fails now and then, as unavailable.
  it("a client may be given its user later, and another one after that", async (t) => {
    const client = as("");
    t.after(() => client.dispose());
    if (!client.setCredentialsProvider) return t.skip("the newer client alone has such a call");
    const stream = freshName("$system");
    client.setCredentialsProvider(() => ({ username: "ops", password: "changeit" }));
    await denied(append(client, stream));
    client.setCredentialsProvider(async () => ({ username: "admin", password: "changeit" }));
    await append(client, stream);
    client.setCredentialsProvider(undefined);
    await denied(read(client, stream));
  });
});
