// A scanner types a code and presses Enter. Each code is sent after the one before was answered, and
// the answer is seen and heard. Without this script the page is loaded anew for each.
(() => {
  const form = document.querySelector("[data-scan]");
  if (!form) return;
  const field = form.elements.code;
  const said = document.querySelector("[data-said]");
  const before = document.querySelector("[data-before]");
  let turn = Promise.resolve();
  let leaves = false;
  let sounds;

  const beep = (pitch, start, length) => {
    sounds ??= new AudioContext();
    const tone = sounds.createOscillator();
    const volume = sounds.createGain();
    tone.frequency.value = pitch;
    volume.gain.value = 0.2;
    tone.connect(volume).connect(sounds.destination);
    tone.start(sounds.currentTime + start);
    tone.stop(sounds.currentTime + start + length);
  };

  // What was refused stays in sight: who scans fast would not see it before the next answer.
  const tell = (words, isGood) => {
    if (said.classList.contains("wrong")) before.textContent = `Before: ${said.textContent}`;
    said.textContent = words;
    said.classList.toggle("right", isGood);
    said.classList.toggle("wrong", !isGood);
    if (isGood) return beep(1320, 0, 0.08);
    beep(220, 0, 0.25);
    beep(180, 0.3, 0.35);
  };

  const show = (answer) => {
    form.elements.seen.value = answer.picked;
    for (const [line, picked] of Object.entries(answer.lines)) {
      const row = document.querySelector(`[data-line="${line}"]`);
      if (!row) continue;
      const isWhole = String(picked) === row.dataset.quantity;
      row.querySelector("[data-picked]").textContent = picked;
      row.classList.toggle("whole", isWhole);
      row.querySelector("button").disabled = isWhole;
    }
    tell(answer.said, answer.level === "success");
  };

  const send = async (code) => {
    if (leaves) return;
    const body = new FormData(form);
    body.set("code", code);
    let answer;
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      answer = await response.json();
    } catch {
      return tell(`'${code}' was not counted: the shop does not answer. Load the page anew.`, false);
    }
    if (answer.go) {
      leaves = true;
      return location.assign(answer.go);
    }
    show(answer);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const code = field.value.trim();
    field.value = "";
    field.focus();
    if (code) turn = turn.then(() => send(code));
  });
})();
