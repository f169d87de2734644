/** Headless Chromium, and a page of it that tells what went wrong. */
import { type Browser, chromium, type Page } from "playwright-core";

const PATHS = [
  Deno.env.get("CHROMIUM"),
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** Where Chromium is, if it is anywhere. */
export function findChromium(): string | undefined {
  return PATHS.find((path) => {
    try {
      return path !== undefined && Deno.statSync(path).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  });
}

/** Starts Chromium; it closes at the end of the block. */
export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: findChromium() ?? "",
    args: ["--no-sandbox", "--disable-gpu"],
  });
}

/** A page with what it asked for and what it complained of. */
export interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly requests: string[];
  readonly complaints: string[];
}

/** Opens a file, without a network. */
export async function visit(
  browser: Browser,
  path: string,
  { width = 1024, dark = false }: { width?: number; dark?: boolean } = {},
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
    offline: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) {
      complaints.push(message.text());
    }
  });
  await page.goto(`file://${path}`);
  return {
    page,
    requests,
    complaints,
    [Symbol.asyncDispose]: () => context.close(),
  };
}
