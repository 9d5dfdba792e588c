/** The times of a day that a form offers: "00:00", "00:30" to "23:30". */
export const HALF_HOURS = Array.from({ length: 48 }, (_, n) => {
  const hour = String(Math.floor(n / 2)).padStart(2, "0");
  return `${hour}:${n % 2 ? "30" : "00"}`;
});
