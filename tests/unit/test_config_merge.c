/* SPDX-License-Identifier: MIT */
/* Tests of resources laid over others, written as documents. */
#include "base/str.h"
#include "oci/config_merge.h"
#include "unit.h"

static const struct {
    const char *to, *more, *want;
} cases[] = {
    { "{}", "{}", "{}" },
    { "{'memory':{'limit':5,'swap':7}}", "{'memory':{'limit':6,'checkBeforeUpdate':true}}",
      "{'memory':{'limit':6,'swap':7,'checkBeforeUpdate':true}}" },
    { "{}", "{'memory':{'reservation':0}}", "{'memory':{'reservation':0}}" },
    { "{'cpu':{'shares':5,'cpus':'0-1'}}", "{'cpu':{'idle':1,'cpus':'','mems':'0'}}",
      "{'cpu':{'shares':5,'cpus':'0-1','mems':'0','idle':1}}" },
    { "{'pids':{'limit':5}}", "{'pids':{'limit':-1}}", "{'pids':{'limit':-1}}" },
    { "{'pids':{'limit':5}}", "{'pids':{}}", "{'pids':{'limit':5}}" },
    { "{'blockIO':{'weight':10,'weightDevice':[{'major':8,'minor':0,'weight':20}]}}",
      "{'blockIO':{'weightDevice':[{'major':8,'minor':0,'leafWeight':30},"
      "{'major':8,'minor':1,'weight':40}]}}",
      "{'blockIO':{'weight':10,'weightDevice':[{'major':8,'minor':0,'weight':20,'leafWeight':30},"
      "{'major':8,'minor':1,'weight':40}]}}" },
    { "{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':1}]}}",
      "{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':2},"
      "{'major':9,'minor':0,'rate':3}],'throttleWriteIOPSDevice':[{'major':8,'minor':0,'rate':4}]}}",
      "{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':2},"
      "{'major':9,'minor':0,'rate':3}],"
      "'throttleWriteIOPSDevice':[{'major':8,'minor':0,'rate':4}]}}" },
    /* One device twice: both are written, and the last holds from then on. */
    { "{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':5},"
      "{'major':9,'minor':0,'rate':6}]}}",
      "{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':1},"
      "{'major':8,'minor':0,'rate':2}]}}",
      "{'blockIO':{'throttleReadBpsDevice':[{'major':9,'minor':0,'rate':6},"
      "{'major':8,'minor':0,'rate':1},{'major':8,'minor':0,'rate':2}]}}" },
    { "{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':1},"
      "{'major':8,'minor':0,'rate':2}]}}",
      "{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':3}]}}",
      "{'blockIO':{'throttleReadBpsDevice':[{'major':8,'minor':0,'rate':3}]}}" },
    { "{'blockIO':{'weightDevice':[{'major':8,'minor':0,'weight':20},"
      "{'major':8,'minor':0,'weight':30}]}}",
      "{'blockIO':{'weightDevice':[{'major':8,'minor':0,'leafWeight':40},"
      "{'major':8,'minor':0,'leafWeight':50}]}}",
      "{'blockIO':{'weightDevice':[{'major':8,'minor':0,'weight':30,'leafWeight':40},"
      "{'major':8,'minor':0,'leafWeight':50}]}}" },
    { "{'hugepageLimits':[{'pageSize':'2MB','limit':1},{'pageSize':'1GB','limit':2}]}",
      "{'hugepageLimits':[{'pageSize':'1GB','limit':3},{'pageSize':'64KB','limit':4}]}",
      "{'hugepageLimits':[{'pageSize':'2MB','limit':1},{'pageSize':'1GB','limit':3},"
      "{'pageSize':'64KB','limit':4}]}" },
    { "{'rdma':{'a':{'hcaHandles':1}}}", "{'rdma':{'a':{'hcaObjects':2},'b':{'hcaHandles':3}}}",
      "{'rdma':{'a':{'hcaHandles':1,'hcaObjects':2},'b':{'hcaHandles':3}}}" },
    { "{'unified':{'memory.high':'1','memory.min':'2'}}", "{'unified':{'memory.high':'3'}}",
      "{'unified':{'memory.high':'3','memory.min':'2'}}" },
    { "{'devices':[{'allow':false},{'allow':true,'type':'c'}]}",
      "{'devices':[{'allow':true,'type':'b'}]}", "{'devices':[{'allow':true,'type':'b'}]}" },
    { "{'devices':[{'allow':false}]}", "{'devices':[],'pids':{'limit':1}}",
      "{'devices':[{'allow':false}],'pids':{'limit':1}}" },
    { "{'network':{'classID':1}}", "{'network':{'classID':2}}", "{'network':{'classID':2}}" },
};

static void read_resources(const char *text, struct config_resources *ret, char **ret_json)
{
    struct err e = ERR_INIT;
    char *json = str_dup(text);

    for (char *p = json; *p; p++)
        if (*p == '\'')
            *p = '"';
    unit_ok(json_read(&config_resources_table, ret, json, strlen(json), &e), &e);
    *ret_json = json;
}

START_TEST(what_is_given_takes_the_place_of_what_was)
{
    struct config_resources to, more, want;
    AUTO_BUF struct buf got = { 0 };
    AUTO_BUF struct buf wanted = { 0 };
    AUTO_FREE char *a = NULL;
    AUTO_FREE char *b = NULL;
    AUTO_FREE char *c = NULL;
    struct err e = ERR_INIT;

    read_resources(cases[_i].to, &to, &a);
    read_resources(cases[_i].more, &more, &b);
    read_resources(cases[_i].want, &want, &c);
    unit_ok(config_merge_resources(&to, &more, &e), &e);
    /* Both as they are written: the order of keys is the table's. */
    json_write(&config_resources_table, &to, JSON_COMPACT, &got);
    json_write(&config_resources_table, &want, JSON_COMPACT, &wanted);
    ck_assert_str_eq(got.data, wanted.data);
    json_free(&config_resources_table, &to);
    json_free(&config_resources_table, &more);
    json_free(&config_resources_table, &want);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("config_merge");

    tcase_add_loop_test(t, what_is_given_takes_the_place_of_what_was, 0, ARRAY_LEN(cases));
    return unit_run(t);
}
