// @ts-check
// The times of one alert, hop by hop, and each person's receipt. The same words as templates/_ledger.html.

import { make, part, setAttribute, setText } from "./page.js";
import { level, say, seconds, timeS } from "./wording.js";

const SHOWN = 5;
const panel = /** @type {HTMLElement} */ (document.getElementById("ledger"));

/** @param {string} hop */
function hopName(hop) {
  /** @type {Record<string, string>} */
  const names = {
    sample: say("Bacaan sensor"),
    decided: say("Diputuskan pos"),
    committed: say("Tersimpan di pusat"),
    handed: say("Diserahkan"),
    read: say("Dibaca orang"),
    acknowledged: say("Dikonfirmasi"),
  };
  return names[hop];
}

/** @param {any} hop */
function hopValue(hop) {
  if (hop.at_ms === null) return say("belum");
  return hop.seconds === null ? timeS(hop.at_ms) : `+${seconds(hop.seconds)}`;
}

/** @param {any} r */
function receiptText(r) {
  if (r.state === "read") return r.read_s === null ? say("dibaca") : `${say("dibaca")} ${seconds(r.read_s)}`;
  if (r.state === "handed") return say("diserahkan, belum dibaca");
  if (r.state === "failed") return say("GAGAL");
  if (r.state === "withdrawn") return say("ditarik");
  return r.state === "sending" ? say("sedang dikirim") : say("menunggu");
}

/** @param {any[]} receipts */
function summary(receipts) {
  if (!receipts.length) return say("tidak ada pesan untuk tingkat ini");
  const told = receipts.filter((r) => r.state !== "withdrawn");
  const count = (/** @type {string[]} */ ...states) => told.filter((r) => states.includes(r.state)).length;
  const said = [say("dibaca {n} dari {all}", { n: count("read"), all: told.length })];
  if (count("owed", "sending")) said.push(say("{n} menunggu", { n: count("owed", "sending") }));
  if (count("failed")) said.push(say("{n} GAGAL", { n: count("failed") }));
  return said.join(" · ");
}

/** @param {any} ledger */
export function fillLedger(ledger) {
  setAttribute(panel, "data-open", String(Boolean(ledger?.is_open)));
  const over = ledger && !ledger.is_open ? ` · ${say("selesai")}` : "";
  setText(part(panel, "about"), ledger ? `${level(ledger.severity)} · ${ledger.station_name}${over}` : "");
  const times = panel.querySelector(".times");
  if (!times) return;
  if (!ledger) return times.replaceChildren(make("p", "nothing", say("Belum ada alarm")));
  const hops = make("ol", "hops");
  for (const hop of ledger.hops) {
    const row = make("li");
    row.dataset.hop = hop.hop;
    row.dataset.reached = String(hop.at_ms !== null);
    row.append(make("span", "", hopName(hop.hop)), " ", make("b", "", hopValue(hop)));
    hops.append(row);
  }
  const receipts = make("ul", "receipts");
  for (const r of ledger.receipts.slice(0, SHOWN)) {
    const row = make("li");
    row.dataset.state = r.state;
    row.append(make("span", "who", r.recipient), " ", make("span", "what", receiptText(r)));
    receipts.append(row);
  }
  times.replaceChildren(hops, make("p", "summary", summary(ledger.receipts)), receipts);
}
