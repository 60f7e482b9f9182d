package caravana.aws;

import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Reads from an AWS exception why the service refused a call. */
public final class AwsErrors {

    private AwsErrors() {}

    /**
     * Returns whether AWS refused the call with one of these codes. The answer to a HEAD request has no body, and so no
     * code.
     */
    public static boolean hasCode(AwsServiceException refusal, Set<String> codes) {
        AwsErrorDetails details = refusal.awsErrorDetails();
        return details != null && details.errorCode() != null && codes.contains(details.errorCode());
    }
}
