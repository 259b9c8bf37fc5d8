import { expressFactor, heaviestGrams, tariffs, zones } from './tariffs.mjs';

/**
 * The price of one parcel.
 * @param {string} country two letters, ISO 3166
 * @param {number} grams more than 0, at most 30,000
 * @param {boolean} express
 * @returns {number} cents
 * @throws {RangeError} for a weight that no parcel has
 */
export function quoteCents(country, grams, express = false) {
  if (!Number.isFinite(grams) || grams <= 0 || grams > heaviestGrams) {
    throw new RangeError(`a parcel weighs between 1 and ${heaviestGrams} g`);
  }
  const tariff = tariffs[zoneOf(country)];
  const cents = tariff.baseCents + Math.ceil(grams / 1000) * tariff.perKilogramCents;
  return express ? Math.round(cents * expressFactor) : cents;
}

/** @param {string} country */
export function zoneOf(country) {
  return Object.hasOwn(zones, country) ? zones[country] : 'elsewhere';
}
