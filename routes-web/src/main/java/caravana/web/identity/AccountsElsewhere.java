package caravana.web.identity;

import caravana.web.http.Problem;
import java.util.Map;

/** 404 {@code accounts_elsewhere}: an outside issuer manages the accounts. The document names it. */
public final class AccountsElsewhere extends Problem {

    private static final long serialVersionUID = 1L;

    private final String issuer;

    /**
     * @param issuer address of the issuer, as in the claim {@code iss} of its tokens
     * @param detail one sentence for people, which says what to do
     */
    public AccountsElsewhere(String issuer, String detail) {
        super(404, "accounts_elsewhere", detail);
        this.issuer = issuer;
    }

    @Override
    public Map<String, Object> getDocument() {
        Map<String, Object> document = super.getDocument();
        document.put("issuer", issuer);
        return document;
    }
}
