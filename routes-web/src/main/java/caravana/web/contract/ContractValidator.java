package caravana.web.contract;

import caravana.web.contract.Operations.Operation;
import caravana.web.http.InputText;
import caravana.web.http.MediaTypes;
import caravana.web.http.Problem;
import caravana.web.http.QueryString;
import caravana.web.http.UnknownName;
import com.atlassian.oai.validator.OpenApiInteractionValidator;
import com.atlassian.oai.validator.model.SimpleRequest;
import com.atlassian.oai.validator.report.LevelResolver;
import com.atlassian.oai.validator.report.ValidationReport;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.parameters.Parameter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.spi.RestClientRequestValidator;
import org.springframework.stereotype.Component;

/**
 * Validates requests against the OpenAPI document before their route starts. It converts each accepted media type to
 * JSON text, which the route gets as body. It replaces Camel's validator, which builds a new validator for each
 * request, does not decode query parameters, and answers in plain text.
 */
@Component
public class ContractValidator implements RestClientRequestValidator {

    private static final String FORM = "application/x-www-form-urlencoded";

    /**
     * The media type under which the validator knows the schemas of forms. With a form's own type it would guess the
     * types of the fields, and refuse the password 12345678 as a number. As JSON, each field is a text.
     */
    private static final String FORM_AS_JSON = "application/form+json";

    private final ObjectMapper json;
    private final Operations operations;
    private OpenApiInteractionValidator validator;

    ContractValidator(ObjectMapper json, Operations operations) {
        this.json = json;
        this.operations = operations;
    }

    @Override
    public ValidationError validate(Exchange exchange, ValidationContext context) {
        try {
            check(exchange);
            return null;
        } catch (Problem refused) {
            exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, Problem.TYPE);
            try {
                return new ValidationError(refused.getStatus(), json.writeValueAsString(refused.getDocument()));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /**
     * Validates the request whose method and path are in the message's headers, and sets the body to JSON text.
     *
     * @throws Problem 400 or 404 when the request does not match the contract
     */
    public void check(Exchange exchange) {
        check(exchange.getMessage(), validator(exchange.getProperty(Exchange.REST_OPENAPI, OpenAPI.class)));
    }

    private synchronized OpenApiInteractionValidator validator(OpenAPI contract) {
        if (validator == null) {
            contract.getPaths().values().stream()
                    .flatMap(path -> path.readOperations().stream())
                    .flatMap(operation -> Optional.ofNullable(operation.getRequestBody()).stream())
                    .map(body -> body.getContent())
                    .filter(content -> content.containsKey(FORM))
                    .forEach(content -> content.addMediaType(FORM_AS_JSON, content.get(FORM)));
            validator = OpenApiInteractionValidator.createFor(contract)
                    .withLevelResolver(LevelResolver.create()
                            // Spring Security has checked the token.
                            .withLevel("validation.request.security.missing", ValidationReport.Level.IGNORE)
                            // The validator does not get the headers: routes check those that they need, and explain
                            // what is wrong.
                            .withLevel("validation.request.parameter.header", ValidationReport.Level.IGNORE)
                            .build())
                    .build();
        }
        return validator;
    }

    private void check(Message in, OpenApiInteractionValidator against) {
        String method = in.getHeader(Exchange.HTTP_METHOD, String.class);
        String path = in.getHeader(Exchange.HTTP_PATH, String.class);
        Operation operation = operations.find(method, path).orElseThrow(() -> Problem.of(404));
        SimpleRequest.Builder request = new SimpleRequest.Builder(method, path);
        operation.pathParameters().forEach((name, schema) -> {
            if (isWrittenWrong(in.getHeader(name, String.class), schema)) {
                throw Problem.of(404);
            }
        });
        Map<String, String> query = QueryString.of(in);
        query.forEach((name, value) -> {
            JsonNode schema = operation.parameters().getOrDefault(name, MissingNode.getInstance());
            if (isWrittenWrong(value, schema)) {
                throw Problem.invalid(SchemaSentence.of("parameter", name, schema));
            }
            request.withQueryParam(name, value);
        });
        JsonNode bodySchema = readBody(in, operation, request);
        if (bodySchema.isMissingNode() && query.isEmpty() && isAddressAlone(operation, path, in)) {
            return;
        }
        against.validateRequest(request.build()).getMessages().stream()
                .filter(message -> message.getLevel() == ValidationReport.Level.ERROR)
                .filter(message -> !isInList(message, bodySchema))
                .findFirst()
                .ifPresent(message -> {
                    throw refusal(message, operation, bodySchema);
                });
    }

    /**
     * Returns whether the request consists only of an address, and the contract limits only the length of its variable
     * parts. The validator is skipped then: it would compare the request with all addresses of the contract, and find
     * nothing.
     */
    private static boolean isAddressAlone(Operation operation, String path, Message in) {
        return !operation.queryRequired()
                && path.indexOf('%') < 0
                && operation.pathParameters().entrySet().stream()
                        .allMatch(parameter ->
                                isShortText(in.getHeader(parameter.getKey(), String.class), parameter.getValue()));
    }

    private static boolean isShortText(String value, JsonNode schema) {
        return value != null
                && schema.path("type").asText().equals("string")
                && !schema.has("format")
                && !schema.has("pattern")
                && !schema.has("enum")
                && value.length() >= schema.path("minLength").asInt()
                && value.length() <= schema.path("maxLength").asInt(Integer.MAX_VALUE);
    }

    /**
     * Reads the body, checks the names of its fields, and gives it to the route and to the validator.
     *
     * @return the schema of the body; a missing node when there is none
     */
    private JsonNode readBody(Message in, Operation operation, SimpleRequest.Builder request) {
        byte[] bytes = in.getBody(byte[].class);
        boolean empty = bytes == null || bytes.length == 0;
        String type = MediaTypes.essence(in.getHeader(Exchange.CONTENT_TYPE, String.class));
        if (operation.bodies().isEmpty()) {
            return MissingNode.getInstance();
        }
        if (empty && !operation.bodyRequired()) {
            return MissingNode.getInstance();
        }
        if (empty) {
            throw Problem.invalid("This call needs a body, as "
                    + String.join(" or ", operation.bodies().keySet()) + ".");
        }
        JsonNode schema = operation.bodies().get(type);
        JsonNode body = type.equals(FORM)
                ? json.valueToTree(QueryString.parsed(new String(bytes, StandardCharsets.ISO_8859_1)))
                : JsonBody.read(bytes);
        if (!body.isObject()) {
            throw Problem.invalid("The body is not a JSON object. Send one in braces, with the fields of this call.");
        }
        checkNames("", body, schema);
        checkLists(body, schema);
        body.properties().forEach(field -> {
            JsonNode of = operations.resolved(schema.path("properties").path(field.getKey()));
            // Operations of a batch are checked one by one.
            if (!of.has(Operations.LIST)) {
                checkNamesWithin(field.getKey(), field.getValue(), of);
            }
        });
        checkLines(body, schema);
        checkNumbers("the body", body, schema);
        JsonBody.checkTexts("the body", withoutOperations(body, schema));
        in.setBody(body.toString());
        request.withContentType(type.equals(FORM) ? FORM_AS_JSON : type).withBody(body.toString());
        return schema;
    }

    /**
     * Removes the operations of a batch. They are checked one by one, so that a wrong operation does not refuse the
     * others.
     */
    private JsonNode withoutOperations(JsonNode body, JsonNode schema) {
        ObjectNode rest = body.deepCopy();
        rest.properties()
                .removeIf(
                        field -> schema.path("properties").path(field.getKey()).has(Operations.LIST));
        return rest;
    }

    private static boolean isInList(ValidationReport.Message message, JsonNode bodySchema) {
        String[] steps = steps(message);
        return steps.length > 2 && bodySchema.path("properties").path(steps[1]).has(Operations.LIST);
    }

    private static String[] steps(ValidationReport.Message message) {
        return message.getContext()
                .flatMap(ValidationReport.MessageContext::getPointers)
                .map(ValidationReport.MessageContext.Pointers::getInstance)
                .orElse("")
                .split("/");
    }

    /** Returns whether a value has white space around it, which the validator would ignore and routes would not. */
    private static boolean isWrittenWrong(String value, JsonNode schema) {
        return switch (schema.path("type").asText()) {
            case "integer" -> !value.matches("-?[0-9]{1,18}");
            case "boolean" -> !value.matches("true|false");
            default -> false;
        };
    }

    /** @param within the path of the object, with a slash at its end; empty for the body */
    private static void checkNames(String within, JsonNode object, JsonNode schema) {
        List<String> known = new ArrayList<>();
        schema.path("properties").fieldNames().forEachRemaining(name -> known.add(within + name));
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(within + name)) {
                throw UnknownName.of("field", within + name, known);
            }
        });
        schema.path("required").forEach(name -> {
            if (!object.has(name.asText())) {
                throw Problem.invalid("The field " + within + name.asText() + " is missing. Send it.");
            }
        });
    }

    /** Checks the names of fields in the objects within a value, where the contract lists them. */
    private void checkNamesWithin(String path, JsonNode value, JsonNode schema) {
        if (value.isArray()) {
            JsonNode items = operations.resolved(schema.path("items"));
            for (int i = 0; i < value.size(); i++) {
                checkNamesWithin(path + "/" + i, value.get(i), items);
            }
        } else if (value.isObject() && schema.has("properties")) {
            if (!schema.path("additionalProperties").asBoolean(true)) {
                checkNames(path + "/", value, schema);
            }
            value.properties()
                    .forEach(field -> checkNamesWithin(
                            path + "/" + field.getKey(),
                            field.getValue(),
                            operations.resolved(schema.path("properties").path(field.getKey()))));
        }
    }

    /**
     * Checks the length of lists before the validator does, because its report about a list of 20,000 items takes
     * seconds.
     */
    private void checkLists(JsonNode body, JsonNode schema) {
        body.properties().forEach(field -> {
            JsonNode of = operations.resolved(schema.path("properties").path(field.getKey()));
            if (of.has("maxItems")
                    && field.getValue().size() > of.path("maxItems").asInt()) {
                if (of.has(Operations.LIST)) {
                    throw new Problem(
                            422,
                            of.path(Operations.LIST).asText(),
                            "The field " + field.getKey() + " has "
                                    + field.getValue().size() + " items. Send at most "
                                    + of.path("maxItems").asText() + " in one call.");
                }
                throw Problem.invalid(SchemaSentence.of("field", field.getKey(), of));
            }
        });
    }

    /**
     * Checks the range of numbers. For an integer that is too large for a double, the validator would report its own
     * parse error.
     */
    private void checkNumbers(String name, JsonNode value, JsonNode reference) {
        JsonNode schema = operations.resolved(reference);
        if (value.isNumber() && Double.isInfinite(value.doubleValue()) && schema.has("type")) {
            throw Problem.invalid(SchemaSentence.of("field", name, schema));
        }
        value.properties()
                .forEach(field -> checkNumbers(
                        field.getKey(),
                        field.getValue(),
                        schema.path("properties").path(field.getKey())));
        if (value.isArray()) {
            value.forEach(item -> checkNumbers(name, item, schema.path("items")));
        }
    }

    private void checkLines(JsonNode body, JsonNode schema) {
        body.properties().forEach(field -> {
            JsonNode of = operations.resolved(schema.path("properties").path(field.getKey()));
            String text = field.getValue().asText("");
            if (of.path(Operations.LINE).asBoolean() && !text.isEmpty() && !InputText.isLine(text)) {
                throw Problem.invalid(SchemaSentence.of("field", field.getKey(), of));
            }
        });
    }

    /**
     * Composes the refusal of a value. Objects in bodies contain no other objects except in lists, and their names have
     * been checked.
     */
    private Problem refusal(ValidationReport.Message message, Operation operation, JsonNode bodySchema) {
        ValidationReport.MessageContext context = message.getContext().orElseThrow();
        String parameter = context.getParameter().map(Parameter::getName).orElse(null);
        if (parameter != null) {
            JsonNode schema = operation.parameters().get(parameter);
            // A parameter that is not in the query is in the path.
            return schema == null
                    ? Problem.of(404)
                    : Problem.invalid(SchemaSentence.of("parameter", parameter, schema));
        }
        String[] steps = steps(message);
        JsonNode schema = bodySchema;
        StringBuilder name = new StringBuilder();
        for (int i = 1; i < steps.length; i++) {
            schema = operations.resolved(
                    schema.has("items")
                            ? schema.path("items")
                            : schema.path("properties").path(steps[i]));
            name.append(i == 1 ? "" : "/").append(steps[i]);
        }
        return Problem.invalid(
                name.isEmpty()
                        ? "The body is not as this call needs it. Send what /api/openapi.yaml describes."
                        : SchemaSentence.of("field", name.toString(), schema));
    }
}
