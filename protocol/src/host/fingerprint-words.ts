/** A fingerprint as words two people can compare by phone. */

/**
 * One word per byte for the first eight bytes.
 *
 * 64 bits are enough here because a wrong fingerprint has to be made to fit within the day a join code lives; not for signatures.
 * @throws RangeError for fewer than eight bytes.
 */
export function fingerprintWords(fingerprint: Uint8Array): string {
  if (fingerprint.length < WORD_COUNT) throw new RangeError(`a fingerprint is at least ${WORD_COUNT} bytes`);
  return Array.from(fingerprint.subarray(0, WORD_COUNT), (byte) => FINGERPRINT_WORDS[byte] ?? "").join(" ");
}

const WORD_COUNT = 8;

/** 256 common nouns and colours, in order; the first four letters (or the whole word) tell them apart. Their order is part of the format. */
export const FINGERPRINT_WORDS: readonly string[] = `
  abacus acorn actor album alley amber angle ankle apple apron arena armor arrow aspen atlas attic autumn badge bagel baker bamboo banana
  banjo barrel basket beach beaver bench berry bicycle biscuit blanket bonfire bottle bridge bronze bucket buffalo butter cabin cactus
  camel candle canoe canvas carbon carpet castle cellar cement cherry chimney cider circus citrus clover cobalt cobweb coffee comet
  compass copper coral cotton cradle crayon cricket crystal cupboard curtain dagger daisy desert diamond dolphin donkey dragon drawer drum
  eagle easel echo eclipse elbow elder ember engine falcon feather fennel ferry fiddle finger flame flute forest fossil fountain fridge
  frost funnel galaxy garden garlic gecko ginger giraffe glacier goblet gondola granite grape guitar hammer harbor harvest hazel helmet
  heron hickory hockey honey hornet hotel igloo indigo insect iris island ivory jacket jaguar jasmine jelly jigsaw jungle kayak kettle
  kitten koala ladder lagoon lantern lasso laurel lemon leopard lily linen lizard lobster lumber magnet mango maple marble meadow melon
  metal meteor mirror monkey mosaic muffin mustard napkin nectar needle nickel noodle nutmeg oasis ocean olive onion opera orange orbit
  orchid otter oxygen oyster paddle palace panda paper parrot peanut pebble pelican pencil pepper piano pigeon pillow pirate planet plum
  pocket polar pony potato prairie pumpkin puzzle quartz quilt rabbit radar radish raisin raven ribbon river robin rocket rubber saddle
  salmon sandal saturn scarf silver sketch spider squash sunset table teapot thunder ticket tiger timber tomato tractor trumpet tulip
  tunnel turtle umbrella urchin valley velvet violin volcano waffle wagon walnut willow window winter wolf yellow yogurt zebra zipper
`.trim().split(/\s+/);
