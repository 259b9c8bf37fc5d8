/** Prices in cents: what a parcel costs at all, and for each kilogram begun. */
export const tariffs = {
  domestic: { baseCents: 500, perKilogramCents: 120 },
  asia: { baseCents: 900, perKilogramCents: 350 },
  europe: { baseCents: 1200, perKilogramCents: 480 },
  americas: { baseCents: 1300, perKilogramCents: 520 },
  elsewhere: { baseCents: 1500, perKilogramCents: 650 },
};

export const zones = {
  CN: 'domestic',
  JP: 'asia',
  SG: 'asia',
  DE: 'europe',
  FR: 'europe',
  US: 'americas',
  BR: 'americas',
};

export const expressFactor = 1.5;
export const heaviestGrams = 30_000;
