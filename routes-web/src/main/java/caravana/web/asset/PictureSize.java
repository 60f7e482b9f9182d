package caravana.web.asset;

/**
 * The size of a picture, as its file says it.
 *
 * @param width in pixels
 * @param height in pixels
 */
record PictureSize(int width, int height) {}
