// SPDX-License-Identifier: Apache-2.0
//
// A user's morning in VS Code, in a browser: open a file, F9, F5, look, F10, Restart, Shift+F5.
// Each step waits for what a user would see. Prints one line of JSON a step, for the test that
// started it to judge; ends with status 1 and failed.png when something does not appear.
//
// node tour.js PLAN, a JSON file: url, folder, file, line, recipe, shots, chromium
'use strict';

const fs = require('fs');
const path = require('path');
const { chromium } = require(path.join(process.env.MODULES, 'playwright-core'));

const plan = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const begun = Date.now();
const SECONDS = 1000;
const BREAKPOINT = '.glyph-margin-widgets [class*=codicon-debug-breakpoint]';

function tell(step, facts = {}) {
    console.log(JSON.stringify({ step, at: (Date.now() - begun) / SECONDS, ...facts }));
}

class Workbench {
    constructor(page) {
        this.page = page;
    }

    shot(name) {
        return this.page.screenshot({ path: path.join(plan.shots, `${name}.png`) });
    }

    // What is there, and the terminals of the tasks.
    async showFailure() {
        await this.shot('failed');
        await this.page.keyboard.press('Escape');
        await this.page.keyboard.press('Control+`');
        await this.page.waitForTimeout(SECONDS);
        await this.shot('failed-terminal');
    }

    texts(selector) {
        return this.page.$$eval(selector, (nodes) => nodes.map((node) => node.textContent));
    }

    // Until probe() gives something; VS Code redraws its lists at will.
    async until(what, probe, timeout = 60 * SECONDS) {
        const deadline = Date.now() + timeout;
        for (;;) {
            const found = await probe().catch(() => null);
            if (found) {
                return found;
            }
            if (Date.now() > deadline) {
                throw new Error(`no ${what} within ${timeout / SECONDS} s`);
            }
            await this.page.waitForTimeout(100);
        }
    }

    async open() {
        await this.page.goto(`${plan.url}/?folder=${encodeURIComponent(plan.folder)}`,
            { waitUntil: 'domcontentloaded' });
        await this.page.waitForSelector('.monaco-workbench', { timeout: 120 * SECONDS });
        const file = this.page.locator('.explorer-folders-view .monaco-list-row',
            { hasText: plan.file }).first();
        await file.waitFor({ timeout: 60 * SECONDS });
        await this.until('open editor', async () => {
            await file.dblclick({ timeout: 5 * SECONDS });
            await this.page.waitForSelector(`.tab[data-resource-name="${plan.file}"]`,
                { timeout: 5 * SECONDS });
            return this.page.waitForSelector('.monaco-editor .view-lines .view-line',
                { timeout: 5 * SECONDS });
        });
    }

    async goToLine(line) {
        await this.page.locator('.monaco-editor .view-lines').first().click();
        await this.until('cursor in that line', async () => {
            await this.page.keyboard.press('Control+G');
            await this.page.waitForSelector('.quick-input-widget input', { timeout: 5 * SECONDS });
            await this.page.keyboard.type(String(line));
            await this.page.keyboard.press('Enter');
            await this.page.locator('.editor-status-selection, #status\\.editor\\.selection',
                { hasText: `Ln ${line},` }).waitFor({ timeout: 5 * SECONDS });
            return true;
        });
    }

    // F9 is lost while VS Code still loads what gives it a meaning, so it may take a second one.
    breakHere() {
        return this.until('breakpoint', async () => {
            await this.page.keyboard.press('F9');
            return this.page.waitForSelector(BREAKPOINT, { timeout: 5 * SECONDS });
        });
    }

    // The frames of the Call Stack, once its first one satisfies wanted.
    stopped(what, wanted) {
        return this.until(what, async () => {
            const frames = await this.texts('.debug-call-stack .stack-frame');
            return frames.length && wanted(frames[0]) ? frames : null;
        });
    }

    // { name: value } of the Variables view, once wanted is among them.
    locals(what, wanted) {
        return this.until(what, async () => {
            const lines = await this.texts('.debug-variables .expression');
            const found = Object.fromEntries(lines.map((line) => line.split(/\s*=\s*/)));
            return wanted(found) ? found : null;
        });
    }

    // The session's toolbar comes with a session and goes with it.
    running(yes) {
        return this.until(yes ? 'session' : 'end of the session', async () =>
            await this.page.locator('.debug-toolbar').first().isVisible() === yes);
    }
}

async function tour(bench) {
    await bench.open();
    tell('open');
    await bench.goToLine(plan.line);
    await bench.breakHere();
    tell('F9');

    await bench.page.keyboard.press('F5');
    await bench.running(true);
    const inMain = (frame) => frame.startsWith(plan.main);
    tell('main', { frames: await bench.stopped('stop in main', inMain) });
    await bench.page.keyboard.press('F5');
    const frames = await bench.stopped('stop at the breakpoint',
        (frame) => frame.startsWith(plan.stops) && frame.includes(`${plan.line}`));
    const locals = await bench.locals('locals', (found) => plan.local in found);
    tell('F5', { frames, locals });
    await bench.shot('stopped');

    await bench.page.keyboard.press('F10');
    await bench.stopped('next line', (frame) => frame.startsWith(plan.stops) &&
        !frame.includes(`${plan.line}:`));
    tell('F10', {
        locals: await bench.locals('changed local',
            (found) => plan.local in found && found[plan.local] !== locals[plan.local]),
    });
    await bench.shot('stepped');

    await bench.page.keyboard.press('Control+Shift+F5');
    tell('restart', { frames: await bench.stopped('main again', inMain) });
    await bench.shot('restarted');

    await bench.page.keyboard.press('Shift+F5');
    await bench.running(false);
    tell('Shift+F5');
    await bench.shot('ended');
}

(async () => {
    const browser = await chromium.launch({
        executablePath: plan.chromium,
        args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    });
    const bench = new Workbench(await browser.newPage({ viewport: { width: 1280, height: 800 } }));
    let status = 0;
    try {
        await tour(bench);
    } catch (error) {
        status = 1;
        tell('failed', { error: error.message.split('\n')[0] });
        await bench.showFailure().catch(() => {});
    } finally {
        await browser.close();
    }
    process.exit(status);
})();
