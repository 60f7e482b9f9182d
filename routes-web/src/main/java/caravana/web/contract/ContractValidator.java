package caravana.web.contract;

import caravana.web.http.Problem;
import caravana.web.http.QueryString;
import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.SimpleRequest;
import com.atlassian.oai.validator.report.LevelResolver;
import com.atlassian.oai.validator.report.ValidationReport;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.swagger.v3.oas.models.OpenAPI;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.RestClientRequestValidator;
import org.apache.camel.support.MessageHelper;
import org.springframework.stereotype.Component;

/**
 * Checks requests against the contract before their route starts. Camel's own builds a new validator for each request,
 * does not decode query parameters, and answers in plain text.
 */
@Component
public class ContractValidator implements RestClientRequestValidator {

    private final ObjectMapper json;
    private OpenApiInteractionValidator validator;

    ContractValidator(ObjectMapper json) {
        this.json = json;
    }

    @Override
    public ValidationError validate(Exchange exchange, ValidationContext context) {
        OpenAPI contract = exchange.getProperty(Exchange.REST_OPENAPI, OpenAPI.class);
        try {
            return validator(contract).validateRequest(request(exchange.getMessage())).getMessages().stream()
                    .filter(m -> m.getLevel() == ValidationReport.Level.ERROR)
                    .findFirst()
                    .map(m -> refusal(exchange, problem(m)))
                    .orElse(null);
        } catch (IllegalArgumentException malformed) {
            return refusal(exchange, Problem.of(400));
        }
    }

    private synchronized OpenApiInteractionValidator validator(OpenAPI contract) {
        if (validator == null) {
            validator = OpenApiInteractionValidator.createFor(contract)
                    .withLevelResolver(LevelResolver.create()
                            // Spring Security has looked at the token.
                            .withLevel("validation.request.security.missing", ValidationReport.Level.IGNORE)
                            .build())
                    .build();
        }
        return validator;
    }

    private static SimpleRequest request(Message in) {
        SimpleRequest.Builder request = new SimpleRequest.Builder(
                in.getHeader(Exchange.HTTP_METHOD, String.class), in.getHeader(Exchange.HTTP_PATH, String.class));
        String type = in.getHeader(Exchange.CONTENT_TYPE, String.class);
        if (type != null) {
            request.withContentType(type);
            request.withBody(MessageHelper.extractBodyAsString(in));
        }
        QueryString.of(in).forEach(request::withQueryParam);
        return request.build();
    }

    private static Problem problem(ValidationReport.Message message) {
        return message.getKey().startsWith("validation.request.contentType")
                ? Problem.of(415)
                : new Problem(400, "invalid_request", message.getMessage());
    }

    private ValidationError refusal(Exchange exchange, Problem problem) {
        exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, Problem.TYPE);
        try {
            return new ValidationError(problem.getStatus(), json.writeValueAsString(problem.getDocument()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
