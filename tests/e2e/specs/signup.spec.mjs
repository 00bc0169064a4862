// The first minute of somebody who was not invited.
import { createHash } from "node:crypto";
import { expect, test } from "../fixtures/test.mjs";

const md5 = (text) => createHash("md5").update(text).digest("hex");

test("a name and one button lead into the messenger", async ({ person }) => {
  const ada = await person("Ada");
  await ada.fillWelcome();
  // Which server it is is said; its address is for who asks.
  await expect(ada.page.getByText("Your messages go through 127.0.0.1.")).toBeVisible();
  await expect(ada.role("textbox", "Server address")).toBeHidden();
  await ada.showServer();
  await expect(ada.role("textbox", "Server address")).toHaveValue(/^ws:\/\/127\.0\.0\.1:\d+\/mqtt$/);
  await ada.role("textbox", "Your name").press("Enter");
  await ada.connected();
  await expect(ada.page).toHaveTitle("Kith");
  const id = await ada.id();

  await ada.page.reload();
  await ada.connected();
  expect(await ada.id()).toBe(id);
  const headings = ["Profile", "Privacy", "Appearance", "Connection", "Data"];
  for (const name of headings) await expect(ada.role("heading", name)).toBeVisible();
});

test("a phone number needs its country, and has one id however it is written", async ({ person }) => {
  const ada = await person("Ada");
  await ada.fillWelcome({ "Phone or e-mail (optional)": "555 555 555" });
  await ada.role("button", "Start").click();
  await expect(ada.page.getByText("Begin with + and the country code, as in +48 555 555 555.")).toBeVisible();
  await expect(ada.main).toBeHidden();

  const ids = [];
  for (const number of ["+48 555-555-555", "0048555555555"]) {
    const somebody = ids.length === 0 ? ada : await person("Ada again");
    await somebody.signUp({ "Phone or e-mail (optional)": number });
    ids.push(await somebody.id());
    await somebody.close();
  }
  expect(ids).toEqual([md5("+48555555555"), "36940d0ece18aebf69d0ef6825534e24"]);
});

test("a phone number is completed with the country of the configuration", async ({ person, newApp, broker }) => {
  const app = await newApp({ broker: broker.url, region: "pl" });
  const ada = await (await person("Ada", { url: app.url })).signUp({ "Phone or e-mail (optional)": "555 555 555" });
  expect(await ada.id()).toBe("36940d0ece18aebf69d0ef6825534e24");
});

test("an e-mail address has one id however it is written", async ({ person }) => {
  const ada = await (await person("Ada")).signUp({ "Phone or e-mail (optional)": " Ada@Example.ORG " });
  expect(await ada.id()).toBe(md5("ada@example.org"));
});

test("what is wrong with a field is said beside it @once", async ({ person }) => {
  const ada = await person("Ada");
  await ada.fillWelcome();
  await ada.showServer();
  await ada.role("button", "Advanced").click();
  const cases = [
    ["Your name", " ", "Type a name, so that your friends know who you are."],
    ["Phone or e-mail (optional)", "ada", "This is not a phone number or an e-mail address."],
    ["Phone or e-mail (optional)", "ada@", "This e-mail address is incomplete. It looks like name@example.org."],
    ["Phone or e-mail (optional)", "+48 55", "Digits are missing in this phone number."],
    ["Phone or e-mail (optional)", "+999 555 555 555", "There is no such country code."],
    ["Server address", "pi.local", "The address must begin with wss:// or ws:// and name a server."],
    ["Server address", "ws://127.0.0.1:99999/mqtt", "The port in the address must be a number from 1 to 65535."],
    ["Server address", "ws://ada:secret@127.0.0.1/mqtt", "Leave the user name and password out of the address"],
    ["Server address", "ws://127.0.0.1/mqtt#x", "Leave out the # in the address and what follows it."],
    ["Password", "secret", "A password needs a user name beside it."],
    ["Topic root", "a/#", "The topic root can have letters, digits, hyphens and single slashes, and at most 64 of them."],
    ["Client ID", "my tablet", "A client ID has letters, digits, dots, hyphens and underscores, and at most 40 of them."],
    ["Keep-alive", "4", "The keep-alive is a whole number of seconds from 5 to 1200."],
  ];
  for (const [field, wrong, message] of cases) {
    const box = ada.role("textbox", field);
    const before = await box.inputValue();
    await box.fill(wrong);
    await ada.role("button", "Start").click();
    await expect(box, field).toHaveAccessibleDescription(new RegExp(message.replace(/[.+]/g, "\\$&")));
    await expect(ada.main).toBeHidden();
    await box.fill(before);
    await expect(ada.page.getByText(message)).toBeHidden();
  }
});

test("the form shows the address alone, and a server is chosen with one click", async ({ person, newApp, broker }) => {
  const servers = ["ws://localhost:9001/mqtt", "wss://test.mosquitto.org:8081/mqtt", broker.url];
  const app = await newApp({ broker: "", servers });
  const ada = await person("Ada", { url: app.url });
  await ada.fillWelcome();
  const form = ada.page.getByRole("textbox");
  await expect(form).toHaveCount(2);
  await ada.showServer();
  await expect(form).toHaveCount(3);
  const address = ada.role("textbox", "Server address");
  await expect(address).toHaveAccessibleDescription(/the path is part of the address/);
  const choice = ada.role("group", "Servers to choose from").getByRole("button");
  await expect(choice).toHaveText(["This page's server", "This computer", "test.mosquitto.org (for tests)", "This computer"]);
  await expect(choice.first()).toHaveAttribute("aria-pressed", "true");

  const warning = ada.page.getByText("Anybody can see there who talks to whom, and claim");
  await expect(warning).toBeHidden();
  await choice.nth(2).click();
  await expect(address).toHaveValue(servers[1]);
  await expect(warning).toBeVisible();
  // However it comes into the field.
  await address.fill("wss://broker.emqx.io:8084/mqtt");
  await expect(warning).toBeVisible();

  await ada.role("button", "Advanced").click();
  await expect(form).toHaveCount(8);
  await expect(ada.page.getByText("Kith speaks MQTT 3.1.1 over WebSockets.")).toBeVisible();
  await ada.role("textbox", "User name").fill("ada");
  await ada.role("textbox", "Client ID").fill("tablet-");
  await ada.role("textbox", "Keep-alive").fill("45");
  await choice.last().click();
  await expect(warning).toBeHidden();
  await expect(ada.role("textbox", "User name"), "was meant for another server").toHaveValue("");
  await ada.role("button", "Start").click();
  await ada.connected();

  await ada.go("Settings");
  await expect(address).toHaveValue(broker.url);
  // What is not as usual is in sight.
  await expect(ada.role("textbox", "Client ID")).toHaveValue("tablet-");
  await expect(ada.role("textbox", "Keep-alive")).toHaveValue("45");
  await choice.nth(2).click();
  await expect(warning).toBeVisible();
});

test("a reload in the middle keeps what was typed @once", async ({ person }) => {
  const ada = await person("Ada");
  await ada.fillWelcome({ "Phone or e-mail (optional)": "+48 5", "Server address": "wss://b.exam" });
  await ada.page.reload();
  await expect(ada.role("textbox", "Your name")).toHaveValue("Ada");
  await expect(ada.role("textbox", "Phone or e-mail (optional)")).toHaveValue("+48 5");
  await expect(ada.role("textbox", "Server address")).toHaveValue("wss://b.exam");
});

for (const [what, config, message] of [
  ["no JSON", "{ broker: ", /^config\.json has a mistake at line 1, character 3/],
  ["of another shape", '{"broker": 9001, "brand": "Ours"}', /^config\.json is not right: "broker" must be a text/],
  ["with a broker that is none", '{"broker": "mqtt.example.org"}', /^config\.json names "mqtt\.example\.org" as a server/],
]) {
  test(`config.json that is ${what} is told about @once`, async ({ person, newApp }) => {
    const ada = await person("Ada", { url: (await newApp(config)).url });
    await expect(ada.role("heading", "Kith cannot start")).toBeVisible({ timeout: 20_000 });
    await expect(ada.page.getByText(message)).toBeVisible();
    await expect(ada.page).toHaveTitle(config.includes("Ours") ? "Ours" : "Kith");
    await expect(ada.role("button", "Reload")).toBeVisible();
  });
}

test("config.json that is missing is told about @once", async ({ person }) => {
  const prepare = (context) => context.route("**/config.json", (route) => route.fulfill({ status: 404 }));
  const ada = await person("Ada", { prepare });
  await expect(ada.role("heading", "Kith cannot start")).toBeVisible({ timeout: 20_000 });
  await expect(ada.page.getByText("the server answered 404")).toBeVisible();
});
