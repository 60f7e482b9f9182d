package caravana.web.asset;

import java.util.Map;

/** An uploaded asset that was checked and is not stored yet. */
public final class NewAsset {

    private final String id;
    private final Map<String, Object> document;
    private final String mediaType;
    private final String key;
    private final byte[] content;
    private final int most;

    NewAsset(String id, Map<String, Object> document, String mediaType, String key, byte[] content, int most) {
        this.id = id;
        this.document = document;
        this.mediaType = mediaType;
        this.key = key;
        this.content = content;
        this.most = most;
    }

    public String getId() {
        return id;
    }

    /** Returns the values of its row, by column. */
    public Map<String, Object> getDocument() {
        return document;
    }

    public String getMediaType() {
        return mediaType;
    }

    /** Returns the key of its object in the bucket. */
    public String getKey() {
        return key;
    }

    /** Returns the content of the file. */
    public byte[] getContent() {
        return content;
    }

    /** Returns the most assets that the account may have. */
    public int getMost() {
        return most;
    }
}
