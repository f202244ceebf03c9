// @ts-check
// The alert that matters most, and the key that acknowledges it. The same words as templates/_banner.html.

import { part, setAttribute, setHidden, setText, make } from "./page.js";
import { isUnknown } from "./tile.js";
import { level, metres, minutes, say, since } from "./wording.js";

const banner = /** @type {HTMLElement} */ (document.getElementById("banner"));
const form = /** @type {HTMLFormElement | null} */ (part(banner, "form"));
const button = form?.querySelector("button") ?? null;
const words = button?.innerHTML ?? "";

/** @param {any} a */
function title(a) {
  if (a.kind === "level") return level(a.severity).toUpperCase();
  if (a.kind === "silence") return say("POS DIAM");
  return a.kind === "hub" ? say("GANGGUAN PUSAT") : say("GANGGUAN ALAT");
}

/** @param {any} a */
function place(a) {
  const name = a.station_name || a.node_id || banner.dataset.city || "";
  return a.river && !a.station_name.includes(a.river) ? `${name} · ${a.river}` : name;
}

/** @param {any} a @param {any} st @param {string} state */
function water(a, st, state) {
  if (a.kind !== "level" || !st || st.stage_cm === null) return "";
  const value = ` · ${metres(st.stage_cm)} m`;
  if (st.rise_cm === null || isUnknown(state) || Math.abs(st.rise_cm) < 1) return value;
  const verb = st.rise_cm > 0 ? say("naik") : say("turun");
  return `${value}, ${verb} ${metres(Math.abs(st.rise_cm))} m / ${say("{n} mnt", { n: Math.round(st.rise_in_s / 60) })}`;
}

/** A late alert without a sample has no hour: the clock of its box is not to be trusted. @param {any} a @param {number} now */
function sinceText(a, now) {
  const time = since(a.since_ms || a.raised_ms, now);
  if (!a.is_late || a.sample_ms !== null) return say("sejak {time}", { time });
  return `${say("diterima {time}", { time })}, ${say("waktu kejadian tidak pasti")}`;
}

/** @param {any} a @param {number} now */
function facts(a, now) {
  const said = [];
  if (a.kind === "level" && a.threshold_cm !== null) {
    said.push(say("ambang {level} {m} m", { level: level(a.severity), m: metres(a.threshold_cm) }));
  }
  said.push(sinceText(a, now));
  if (a.kind === "silence" && a.severity) said.push(say("terakhir {level}", { level: level(a.severity) }));
  if (a.kind === "fault" || a.kind === "hub") said.push(a.why);
  if (a.borne_out_ms !== null) {
    said.push(say("dipastikan {name} {time}", { name: a.borne_out_by, time: since(a.borne_out_ms, now) }));
  }
  if (a.may_be_borne_out) said.push(say("belum dipastikan"));
  if (a.has_water_fallen) said.push(say("air kini {level}", { level: level(a.water) }));
  return said.join(" · ");
}

/** @param {any} a @param {number} now */
function care(a, now) {
  if (a.shelved_until_ms !== null) {
    return say("ditunda {name} sampai {time}", { name: a.shelved_by, time: since(a.shelved_until_ms, now) });
  }
  if (a.acknowledged_ms !== null) {
    const said = say("dikonfirmasi {name} {time}", { name: a.acknowledged_by, time: since(a.acknowledged_ms, now) });
    return a.has_water_fallen ? `${said} · ${say("tunggu konfirmasi penurunan")}` : said;
  }
  const said = say("belum dikonfirmasi {time}", { time: minutes((now - (a.since_ms || a.raised_ms)) / 1000) });
  if (a.next_escalation_ms === null) return said;
  return `${said} · ${say("eskalasi {time} lagi", { time: minutes((a.next_escalation_ms - now) / 1000) })}`;
}

/** @param {any} alarms @param {number} now */
function quiet(alarms, now) {
  const calm = say("Tidak ada alarm aktif");
  const last = alarms.last;
  if (!last) return calm;
  const said = { level: level(last.peak), place: last.station_name, time: since(last.resolved_ms, now) };
  return `${calm} · ${say("terakhir {level} di {place}, selesai {time}", said)}`;
}

/** Counts of what is open beside the first alert, in two lines. @param {any[]} alerts */
function others(alerts) {
  const counts = [3, 2, 1, 0, -1].flatMap((severity) => {
    const n = alerts.slice(1).filter((a) => (a.kind === "level" ? a.severity : -1) === severity).length;
    return n ? [`+${n} ${severity >= 0 ? level(severity) : say("gangguan")}`] : [];
  });
  return counts.length > 1 ? [counts[0], counts.slice(1).join(" · ")] : counts;
}

/** What counts by itself. @param {any} alarms @param {number} now */
export function fillBannerTimes(alarms, now) {
  const first = alarms.open[0];
  if (!first) return setText(part(banner, "quiet"), quiet(alarms, now));
  setText(part(banner, "facts"), facts(first, now));
  setText(part(banner, "care"), care(first, now));
}

/** Everything. @param {any} alarms @param {any} st the first alert's station @param {string} state @param {number} now */
export function fillBanner(alarms, st, state, now) {
  const first = alarms.open[0];
  setAttribute(document.body, "data-alarm", String(Boolean(first)));
  setAttribute(banner, "data-kind", first ? first.kind : "none");
  setAttribute(banner, "data-severity", first ? String(first.severity) : "");
  setAttribute(banner, "data-acknowledged", String(!first || first.acknowledged_ms !== null));
  setAttribute(banner, "data-shelved", String(Boolean(first) && first.shelved_until_ms !== null));
  setHidden(part(banner, "quiet"), Boolean(first));
  setHidden(banner.querySelector(".loud"), !first);
  fillBannerTimes(alarms, now);
  if (!first) return;
  setText(part(banner, "title"), title(first));
  setAttribute(part(banner, "shape"), "href", `#shape-${first.kind === "level" ? first.severity : "none"}`);
  setText(part(banner, "place"), place(first));
  setAttribute(part(banner, "place"), "href", `/alarm/${first.id}`);
  setText(part(banner, "water"), water(first, st, state));
  const lines = others(alarms.open);
  const shown = part(banner, "others");
  if (shown && shown.textContent !== lines.join("")) shown.replaceChildren(...lines.map((line) => make("span", "", line)));
  fillForm(first);
}

/** @param {any} first */
function fillForm(first) {
  if (!form || !button) return;
  const isOther = form.dataset.alert !== `${first.id}/${first.version}`;
  form.dataset.alert = `${first.id}/${first.version}`;
  setAttribute(form, "action", `/alarm/${first.id}/konfirmasi`);
  setAttribute(part(form, "version"), "value", String(first.version));
  setHidden(form, first.acknowledged_ms !== null);
  if (isOther || first.acknowledged_ms !== null) {
    button.disabled = false;
    button.innerHTML = words;
  }
}

/** Acknowledge by the button or F2; says that it was sent only when the hub has said so. @param {() => void} onStale */
export function listen(onStale) {
  if (!form || !button) return;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void acknowledge(onStale);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F2" || form.hidden || button.disabled) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

/** @param {number} status of an answer that is no success */
function refusal(status) {
  if (status === 409) return say("Alarm berubah, lihat lagi");
  return status === 401 || status === 403 ? say("Masuk lagi") : say("BELUM TERKIRIM, ulangi");
}

/** @param {() => void} onStale */
async function acknowledge(onStale) {
  if (!form || !button) return;
  const [id, version] = (form.dataset.alert ?? "").split("/");
  button.disabled = true;
  button.textContent = say("Mengirim");
  try {
    const answer = await fetch(`/api/v1/alerts/${id}/acknowledge`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRF-Token": String(new FormData(form).get("csrf")) },
      body: JSON.stringify({ seen_version: Number(version) }),
      signal: AbortSignal.timeout(5000),
    });
    if (answer.ok) return;
    button.textContent = refusal(answer.status);
    if (answer.status === 409) onStale();
  } catch {
    button.textContent = say("BELUM TERKIRIM, ulangi");
  }
  button.disabled = false;
}
