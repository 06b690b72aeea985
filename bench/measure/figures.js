// Medians, percentiles and spreads of lists of numbers.

/** @param {readonly number[]} values */
function median(values) {
  return percentile(values, 0.5);
}

/**
 * The percentile by nearest rank. The median of an even number of values is the mean of the middle two.
 *
 * @param {readonly number[]} values
 * @param {number} share 0 to 1
 */
function percentile(values, share) {
  if (values.length === 0) return NaN;
  const sorted = values.toSorted((a, b) => a - b);
  if (share === 0.5 && sorted.length % 2 === 0) {
    return (sorted[sorted.length / 2 - 1] + sorted[sorted.length / 2]) / 2;
  }
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
}

/**
 * Median and spread of the rounds, and the rounds themselves.
 *
 * @param {readonly number[]} rounds
 */
function summary(rounds) {
  return { median: median(rounds), min: Math.min(...rounds), max: Math.max(...rounds), rounds: [...rounds] };
}

/** The number of values, p50, p95, p99 and the maximum. @param {readonly number[]} values */
function latencies(values) {
  return {
    count: values.length,
    p50: percentile(values, 0.5),
    p95: percentile(values, 0.95),
    p99: percentile(values, 0.99),
    max: values.reduce((most, value) => Math.max(most, value), 0),
  };
}

/** The value as a short text for tables. @param {number} value @param {number} [digits] significant digits */
function short(value, digits = 3) {
  if (Number.isNaN(value)) return '–';
  if (!Number.isFinite(value)) return 'never';
  return Math.abs(value) >= 10 ** (digits - 1)
    ? String(Math.round(value))
    : String(Number(value.toPrecision(digits)));
}

module.exports = { latencies, median, percentile, short, summary };
