package caravana.worker.media;

import java.io.File;

/**
 * A file of a result that becomes an object in S3.
 *
 * @param name last part of its key
 * @param mediaType media type of the file
 * @param file path of the file
 */
public record StoredFile(String name, String mediaType, File file) {}
