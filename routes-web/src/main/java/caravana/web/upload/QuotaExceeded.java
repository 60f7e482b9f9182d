package caravana.web.upload;

import caravana.web.http.Problem;
import java.util.Map;

/**
 * 403 {@code quota_exceeded}: the account has reached a quota, or the upload would exceed it. The document has the
 * quota, and the time at which there is room again if that needs no action of the account.
 */
public final class QuotaExceeded extends Problem {

    private static final long serialVersionUID = 1L;

    private final String quota;
    private final String freesAt;

    private QuotaExceeded(String quota, String freesAt, String detail) {
        super(403, "quota_exceeded", detail);
        this.quota = quota;
        this.freesAt = freesAt;
    }

    /**
     * @param quota {@code bytes}, {@code videos}, {@code open_uploads} or {@code minutes}
     * @param row with {@code most}, the account's limit, and {@code frees_at}, which is null when the account must
     *     delete something
     */
    public static QuotaExceeded of(String quota, Map<?, ?> row) {
        Object most = row.get("most");
        String freesAt = (String) row.get("frees_at");
        String sentence =
                switch (quota) {
                    case "bytes" ->
                        "With this file, the account's videos would have more than " + most
                                + " bytes. Delete some videos";
                    case "videos" -> "The account has " + most + " videos, which is its limit. Delete some videos";
                    case "minutes" ->
                        "The account has had " + most
                                + " minutes of video processed this month, which is its limit. Wait until " + freesAt;
                    default ->
                        "The account has " + most
                                + " uploads that have not ended, which is its limit. Finish or cancel one"
                                + (freesAt == null ? "" : ", wait until the first expires at " + freesAt);
                };
        return new QuotaExceeded(quota, freesAt, sentence + ", or ask an operator to raise the account's quota.");
    }

    @Override
    public Map<String, Object> getDocument() {
        Map<String, Object> document = super.getDocument();
        document.put("quota", quota);
        document.put("frees_at", freesAt);
        return document;
    }
}
