package caravana.web.asset;

/**
 * The size that a picture's file declares.
 *
 * @param width in pixels
 * @param height in pixels
 */
record PictureSize(int width, int height) {}
