// Builds ../src/console/index.html: one file that needs nothing else.
//   node build.mjs          writes it
//   node build.mjs --check  fails if the checked-in file differs
import { readFile, writeFile } from "node:fs/promises";
import { build } from "esbuild";

const output = new URL("../src/console/index.html", import.meta.url);
const read = (name) => readFile(new URL(`src/${name}`, import.meta.url), "utf8");

async function bundle(entry) {
  const result = await build({
    entryPoints: [new URL(`src/${entry}`, import.meta.url).pathname],
    bundle: true,
    write: false,
    minify: true,
    charset: "utf8",
    format: "iife",
    target: "es2023",
    legalComments: "none",
    logLevel: "warning",
  });
  const text = result.outputFiles[0].text.trim();
  // The end of the element in which it is put.
  if (/<\/(script|style)/i.test(text)) throw new Error(`${entry} contains the end of its element`);
  return text;
}

// Functions, because a replacement text would have special characters.
const page = (await read("index.html"))
  .replace("/*style*/", await bundle("style.css").then((text) => () => text))
  .replace("/*script*/", await bundle("main.ts").then((text) => () => text));

if (process.argv.includes("--check")) {
  const present = await readFile(output, "utf8").catch(() => "");
  if (present !== page) {
    console.error("crates/server/src/console/index.html is not what crates/server/console builds; run: npm run build");
    process.exit(1);
  }
} else {
  await writeFile(output, page);
  console.log(`${output.pathname}: ${Buffer.byteLength(page)} bytes`);
}
