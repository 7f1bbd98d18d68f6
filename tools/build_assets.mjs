// Bundles the web assets into src/lastcase/web/static/build (ignored by git, carried by a released wheel).
//
// Every top-level *.js and *.css file of src/lastcase/web/assets is an entry. MapLibre is served unbundled,
// because it starts its worker from a file that lies beside it. Nothing here reaches the network.
import { build } from "esbuild";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const assets = path.join(root, "src/lastcase/web/assets");
const out = path.join(root, "src/lastcase/web/static/build");
const modules = path.join(root, "node_modules");

const list = async (folder) => readdir(folder).catch(() => []);
const inModules = (name) => path.join(modules, name);

/** Copy files of a package, leaving out development builds and source maps. */
async function copyFiles(from, to, wanted) {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) {
    if (wanted.test(name)) await cp(path.join(from, name), path.join(to, name));
  }
}

async function bundleEntries() {
  const entryPoints = (await list(assets)).filter((name) => /\.(js|css)$/.test(name));
  if (entryPoints.length === 0) return [];
  await build({
    absWorkingDir: root,
    entryPoints: entryPoints.map((name) => path.join(assets, name)),
    outdir: out,
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "linked",
    external: ["/static/*"],
    loader: { ".svg": "file", ".woff2": "file", ".png": "file" },
    assetNames: "files/[name]-[hash]",
    logLevel: "warning",
  });
  return entryPoints;
}

/**
 * Icon names that templates, views and scripts of the web use: `icon "name"`, `icon('name')`, `icon="name"`
 * or `#icon-name`. Names made at run time are listed in assets/icons.txt, one a line.
 */
async function usedIcons(folder, found = new Set()) {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "build" && entry.name !== "__pycache__") await usedIcons(full, found);
    } else if (/\.(html|py|js|toml|svg)$/.test(entry.name)) {
      const text = await readFile(full, "utf8");
      for (const match of text.matchAll(/\bicon[ (]\s*["']([a-z0-9-]+)["']/g)) found.add(match[1]);
      for (const match of text.matchAll(/#icon-([a-z0-9-]+)/g)) found.add(match[1]);
      for (const match of text.matchAll(/\bicon\s*[:=]\s*["']([a-z0-9-]+)["']/g)) found.add(match[1]);
    }
  }
  return found;
}

/** One sprite of the outline icons in use; each symbol is `#icon-NAME`. */
async function makeSprite() {
  const symbols = [];
  const names = await usedIcons(path.join(root, "src/lastcase/web"));
  const listed = await readFile(path.join(assets, "icons.txt"), "utf8").catch(() => "");
  for (const line of listed.split("\n")) if (line.trim() && !line.startsWith("#")) names.add(line.trim());
  for (const name of [...names].sort()) {
    const file = inModules(`@tabler/icons/icons/outline/${name}.svg`);
    const svg = await readFile(file, "utf8").catch(() => null);
    if (svg === null) throw new Error(`no icon named "${name}" in @tabler/icons`);
    const body = svg.replace(/<!--[\s\S]*?-->/g, "").replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    symbols.push(
      `<symbol id="icon-${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"` +
        ` stroke-linecap="round" stroke-linejoin="round">${body.replace(/\s+/g, " ").trim()}</symbol>`,
    );
  }
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
  await writeFile(path.join(out, "icons.svg"), sprite);
  return symbols.length;
}

async function copyVendor() {
  await copyFiles(inModules("htmx.org/dist"), path.join(out, "vendor/htmx"), /^htmx\.min\.js$/);
  await copyFiles(inModules("htmx.org/dist/ext"), path.join(out, "vendor/htmx/ext"), /^hx-sse\.min\.js$/);
  await copyFiles(inModules("@tabler/core/dist/css"), path.join(out, "vendor/tabler"), /^tabler\.min\.css$/);
  await copyFiles(inModules("@tabler/core/dist/js"), path.join(out, "vendor/tabler"), /^tabler\.min\.js$/);
  for (const name of ["htmx.org", "@tabler/core", "@tabler/icons"]) {
    const licence = (await list(inModules(name))).find((file) => /^licen[cs]e/i.test(file));
    if (!licence) continue;
    await mkdir(path.join(out, "licences"), { recursive: true });
    await cp(inModules(`${name}/${licence}`), path.join(out, "licences", `${name.replace(/[@/]/g, "-")}.txt`));
  }
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await copyVendor();
const entries = await bundleEntries();
const icons = await makeSprite();
console.log(`assets: ${entries.length} entries, ${icons} icons, vendor files copied`);
