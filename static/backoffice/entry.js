// Says while somebody types by how much debits and credits still differ. Without this script the books say it.
(() => {
  const form = document.querySelector("form.entry");
  const place = form?.querySelector("[data-sums]");
  if (!place) return;

  // Whole cents: a fraction of a machine's number would tell of differences that are not there.
  const cents = (field) => {
    const found = /^\s*(\d{1,12})(?:\.(\d{0,2}))?\s*$/.exec(field.value);
    return found ? Number(found[1]) * 100 + Number((found[2] || "").padEnd(2, "0")) : 0;
  };
  const isKept = (field) => !field.closest("tr").querySelector("[name$=DELETE]")?.checked;
  const sum = (side) =>
    [...form.querySelectorAll(`[data-side=${side}]`)].filter(isKept).reduce((all, field) => all + cents(field), 0);
  const shown = (amount) =>
    (amount / 100).toLocaleString("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

  const tell = () => {
    const [debits, credits] = [sum("debit"), sum("credit")];
    const difference = debits - credits;
    const rest = difference ? `${shown(Math.abs(difference))} to ${difference > 0 ? "credit" : "debit"}` : "balanced";
    place.textContent = `Debits ${shown(debits)} · Credits ${shown(credits)} · ${rest}`;
  };
  form.addEventListener("input", tell);
  tell();
})();
